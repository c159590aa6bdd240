import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { LastIds } from '../../../handler/sequence/last-ids.ts'
import { Sequencer } from '../../../handler/sequence/sequencer.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { mockClock } from '../../proxy/hold/mock-clock.ts'
import type { Clock } from '../../proxy/hold/mock-clock.ts'

/** `ID` or `ID<PREV` on channel `a`, or on the one before a colon. */
function item(text: string, content = ''): PublishItem {
  const [, channel = 'a', id, prevId] = /^(?:(\w+):)?(\w*)(?:<(\w+))?$/.exec(text) ?? []
  return {
    channel,
    id: id === '' ? undefined : id,
    prevId,
    noSeq: false,
    size: undefined,
    meta: undefined,
    httpResponse: undefined,
    httpStream: { action: 'send', content: Buffer.from(content), contentFilters: undefined },
    wsMessage: undefined,
  }
}

interface Setup {
  readonly clock: Clock
  readonly lastIds: LastIds
  readonly sequencer: Sequencer
  readonly delivered: string[]
  readonly dropped: string[]
  readonly publish: (...items: string[]) => void
}

function name({ id, prevId }: PublishItem): string {
  return prevId === undefined ? `${id}` : `${id}<${prevId}`
}

function setUp(t: TestContext): Setup {
  const clock = mockClock(t)
  const lastIds = new LastIds()
  const delivered: string[] = []
  const dropped: string[] = []
  const sequencer = new Sequencer(5000, lastIds, {
    deliver: (one) => void delivered.push(name(one)),
    dropped: (one) => void dropped.push(name(one)),
  })
  const publish = (...items: string[]): void => {
    for (const text of items) sequencer.take(item(text))
  }
  return { clock, lastIds, sequencer, delivered, dropped, publish }
}

test('an item waits for the one before it (GRIP 6.2)', (t) => {
  const { publish, delivered } = setUp(t)
  publish('1', '3<2')
  assert.deepEqual(delivered, ['1'])
  publish('2<1')
  assert.deepEqual(delivered, ['1', '2<1', '3<2'])
})

test('a whole chain that came backwards goes out in order with its beginning', (t) => {
  const { publish, delivered } = setUp(t)
  publish('1', '5<4', '4<3', '3<2', '2<1')
  assert.deepEqual(delivered, ['1', '2<1', '3<2', '4<3', '5<4'])
})

test('an item without prev-id, and any first one, goes out at once', (t) => {
  const { publish, delivered } = setUp(t)
  publish('7<6', '9', '10<9')
  assert.deepEqual(delivered, ['7<6', '9', '10<9'])
})

test('an item without id makes whatever comes next follow it', (t) => {
  const { publish, delivered, lastIds } = setUp(t)
  publish('1', '')
  assert.equal(lastIds.of('a'), undefined)
  publish('9<8')
  assert.deepEqual(delivered, ['1', 'undefined', '9<8'])
})

test('what waits too long goes out all the same, oldest first, with what follows it', (t) => {
  const { publish, delivered, clock } = setUp(t)
  publish('1', '4<3', 'b:1')
  clock.advance(2000)
  publish('5<4', 'b:6<5')
  clock.advance(2900)
  assert.deepEqual(delivered, ['1', '1'])
  clock.advance(1200)
  assert.deepEqual(delivered, ['1', '1', '4<3', '5<4'])
  clock.advance(2000)
  assert.deepEqual(delivered, ['1', '1', '4<3', '5<4', '6<5'])
  assert.equal(clock.running, 0)
})

test('a second item that follows the same one is dropped, and that is told', (t) => {
  const { publish, delivered, dropped } = setUp(t)
  publish('1', '3<2', '33<2', '2<1')
  assert.deepEqual(delivered, ['1', '2<1', '3<2'])
  assert.deepEqual(dropped, ['33<2'])
})

test('channels are in order each for itself', (t) => {
  const { publish, delivered } = setUp(t)
  publish('1', 'b:1', '3<2', 'b:2<1', '2<1')
  assert.deepEqual(delivered, ['1', '1', '2<1', '2<1', '3<2'])
})

test('when more than a hundred wait the oldest goes out, and nothing is lost', (t) => {
  const { publish, delivered, dropped, clock } = setUp(t)
  publish('x0')
  for (let i = 1; i <= 105; i++) publish(`n${i}<p${i}`)
  assert.deepEqual(delivered, ['x0', 'n1<p1', 'n2<p2', 'n3<p3', 'n4<p4', 'n5<p5'])
  clock.advance(7000)
  assert.equal(delivered.length, 106)
  assert.deepEqual(dropped, [])
})

test('more bytes than may wait let the oldest go out', (t) => {
  const { sequencer, delivered } = setUp(t)
  sequencer.take(item('1'))
  for (let i = 1; i <= 40; i++) sequencer.take(item(`n${i}<p${i}`, 'x'.repeat(1 << 20)))
  assert.equal(delivered.length, 1 + 40 - 32)
})

test('when nobody is subscribed any more, nothing of the channel is kept', (t) => {
  const { sequencer, publish, delivered, lastIds, clock } = setUp(t)
  publish('1', '3<2')
  sequencer.forget('a')
  assert.equal(lastIds.of('a'), undefined)
  publish('9<8')
  clock.advance(7000)
  assert.deepEqual(delivered, ['1', '9<8'])
})
