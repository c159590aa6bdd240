import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { InternalOwner, InternalRequests, OnBehalfOf } from '../../../../proxy/forward/internal-requests.ts'
import { NextLinks } from '../../../../proxy/hold/links/next-links.ts'
import type { LinkedStream } from '../../../../proxy/hold/links/next-links.ts'
import { TimeoutRounds } from '../../../../proxy/hold/links/timeout-rounds.ts'
import { UpdateQueue } from '../../../../proxy/hold/links/update-queue.ts'
import { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import type { Instruct } from '../../../../shared/grip/instruct/instruct.ts'
import { someRoute } from '../some-route.ts'
import { mockClock } from '../mock-clock.ts'
import type { Clock } from '../mock-clock.ts'

const LINK = { hold: 'stream', nextLink: { uri: '/next', timeout: 120 } } as const

class Stream implements LinkedStream {
  readonly channels = ['room']
  readonly links: NextLinks
  updates = 0
  got = 0

  constructor(context: ConstructorParameters<typeof NextLinks>[2]) {
    const facts = { route: someRoute(), scheme: 'http', host: 'a', target: '/' }
    this.links = new NextLinks(this, { facts, untrusted: false } as unknown as OnBehalfOf, context)
    this.links.start(LINK)
  }

  lastIds(): { channel: string; id: string }[] {
    return [{ channel: 'room', id: '1' }]
  }

  beginUpdate(): void {
    this.updates++
  }

  content(bytes: Buffer): boolean {
    this.got += bytes.length
    return true
  }

  adopt(instruct: Instruct): void {
    this.links.start(instruct)
  }

  cut(): void {}
}

interface Setup {
  readonly clock: Clock
  readonly streams: readonly Stream[]
  /** Requests that the backend has got. */
  readonly asked: InternalOwner[]
}

function setUp(t: TestContext, count: number): Setup {
  const clock = mockClock(t)
  const wheel = new TimerWheel()
  const asked: InternalOwner[] = []
  const send = (_request: unknown, _behalf: unknown, owner: InternalOwner): (() => void) => {
    asked.push(owner)
    return () => {}
  }
  const context = {
    wheel,
    requests: { send } as unknown as InternalRequests,
    updates: new UpdateQueue(wheel),
    rounds: new TimeoutRounds(wheel),
    requested() {},
  }
  return { clock, asked, streams: Array.from({ length: count }, () => new Stream(context)) }
}

function answer(owner: InternalOwner | undefined, body: Buffer, ...headers: string[]): void {
  const flow = { pause() {}, resume() {}, abort() {} }
  const sink = owner?.onHead({ code: 200, reason: 'OK', headers }, flow)
  sink?.data(body)
  sink?.end([])
}

test('a hint to many streams is one request (GRIP 6.5)', async (t) => {
  const { asked, streams } = setUp(t, 500)
  for (const { links } of streams) links.updateNow()
  await turn()
  assert.equal(asked.length, 1)
  assert.ok(streams.every(({ updates }) => updates > 0))
})

test('streams that are told to ask again at once go on together', async (t) => {
  const { asked, streams } = setUp(t, 500)
  for (const { links } of streams) links.updateNow()
  await turn()
  answer(asked[0], Buffer.from('x'), 'Grip-Hold', 'stream', 'Grip-Link', '</next>; rel=next; timeout=0')
  await turn()
  assert.equal(asked.length, 2)
})

test('a stream that has ended in the turn of its hint asks for nothing', async (t) => {
  const { asked, streams } = setUp(t, 1)
  streams[0]?.links.updateNow()
  streams[0]?.links.stop()
  await turn()
  assert.equal(asked.length, 0)
})

test('an answer too large to be shared is fetched by each alone, at the pace of the queue', async (t) => {
  const { clock, asked, streams } = setUp(t, 250)
  for (const { links } of streams) links.updateNow()
  await turn()
  answer(asked[0], Buffer.alloc(200_000), 'Grip-Hold', 'stream')
  assert.equal(asked.length, 1)
  clock.advance(150)
  assert.equal(asked.length, 101)
  clock.advance(200)
  assert.equal(asked.length, 251)
  for (const owner of asked.slice(1)) answer(owner, Buffer.alloc(200_000), 'Grip-Hold', 'stream')
  assert.ok(streams.every(({ got }) => got === 200_000))
})
