import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { FanOut } from '../../../proxy/hold/fan-out.ts'
import type { Hold } from '../../../proxy/hold/hold.ts'
import { HoldTable } from '../../../proxy/hold/hold-table.ts'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import type { Delivery } from '../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { HTTP_STREAM } from '../../../shared/observe/transport.ts'
import type { Log } from '../../../shared/log.ts'
import { until } from '../../support/until.ts'
import { mockClock } from './mock-clock.ts'
import type { Clock } from './mock-clock.ts'
import { someRoute } from './some-route.ts'
import { uncaught } from './uncaught.ts'
import { httpStream, publishItem } from '../../support/publish-item.ts'

/** A hold that takes a tenth of a millisecond for each item: twenty make a slice, so the clock is looked at after 32. */
class SlowHold implements Hold {
  readonly id: string
  readonly channels: readonly string[]
  readonly lingers = false
  readonly transport = HTTP_STREAM
  readonly route = someRoute()
  readonly received: string[] = []
  onItem: (content: string) => void = () => {}
  readonly #clock: Clock

  constructor(id: string, channels: readonly string[], clock: Clock) {
    this.id = id
    this.channels = channels
    this.#clock = clock
  }

  deliver(delivery: Delivery): boolean {
    const content = delivery.streamBytes(false).toString()
    this.received.push(content)
    this.#clock.jump(0.1)
    this.onItem(content)
    return true
  }

  recover(): void {}

  refresh(): boolean {
    return false
  }

  goAway(): void {}
}

class Worker {
  readonly lines: string[] = []
  readonly fanOut: FanOut
  readonly table: HoldTable
  readonly #clock: Clock

  constructor(t: TestContext) {
    this.#clock = mockClock(t)
    const wheel = new TimerWheel()
    const subscriptions = new Subscriptions(wheel, 10_000)
    this.table = new HoldTable(subscriptions, wheel, 0)
    this.fanOut = new FanOut(this.table, subscriptions, {
      info: (line: string) => void this.lines.push(line),
    } as unknown as Log)
    const link = { subscribe: (request: number) => subscriptions.confirm(request), unsubscribe() {}, forget() {} }
    subscriptions.confirm(subscriptions.linkUp(link).request)
  }

  hold(id: string, ...channels: string[]): SlowHold {
    const hold = new SlowHold(id, channels, this.#clock)
    this.table.add(hold, () => {})
    return hold
  }

  crowd(count: number, ...channels: string[]): SlowHold[] {
    return Array.from({ length: count }, (_, index) => this.hold(`${channels.join()}-${index}`, ...channels))
  }

  /** @returns whether it is done. */
  publish(...items: readonly PublishItem[]): () => boolean {
    let done = 0
    this.fanOut.push(items, () => {
      done++
      assert.equal(done, 1, 'done once')
    })
    return () => done === 1
  }
}

function item(channel: string, content: string): PublishItem {
  return publishItem(channel, { httpStream: httpStream(content) })
}

test('few holds get an item at once', (t) => {
  const worker = new Worker(t)
  const [hold] = worker.crowd(3, 'room')
  assert.ok(worker.publish(item('room', 'a'))())
  assert.deepEqual(hold?.received, ['a'])
  assert.ok(worker.publish()(), 'nothing takes no time')
})

test('everything else of the worker has its turn while an item goes to 20,000 holds', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(20_000, 'room')
  const done = worker.publish(item('room', 'a'))
  const reached: number[] = []
  while (!done()) {
    reached.push(holds.filter(({ received }) => received.length === 1).length)
    await turn()
  }
  // Every turn finds a few more, and never many.
  assert.ok(reached.length > 500, `${reached.length} turns`)
  for (const [index, count] of reached.entries()) assert.ok(count - (reached[index - 1] ?? 0) <= 64, `${count}`)
  assert.ok(holds.every(({ received }) => received.length === 1))
  assert.deepEqual(worker.lines, ['publish channel=room receivers=20000'])
})

test('many items for one hold each take turns, too', async (t) => {
  const worker = new Worker(t)
  const holds = Array.from({ length: 1000 }, (_, index) => worker.hold(String(index), `own-${index}`))
  const done = worker.publish(...holds.map((_, index) => item(`own-${index}`, 'a')))
  let turns = 0
  for (; !done(); turns++) await turn()
  assert.ok(turns > 40, `${turns} turns`)
  assert.ok(holds.every(({ received }) => received.length === 1))
})

test('every hold gets the items of a channel in their order, whatever comes meanwhile', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(500, 'room', 'hall')
  const dones: (() => boolean)[] = []
  let expected = ''
  for (let i = 0; i < 10; i++) {
    dones.push(worker.publish(item('room', `r${i} `), item('hall', `h${i} `), item('room', `R${i} `)))
    expected += `r${i} h${i} R${i} `
    await turn()
  }
  await until(() => dones.every((done) => done()), 'all items')
  assert.ok(holds.every(({ received }) => received.join('') === expected))
})

test('what comes during a fan-out is joined for the next one', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(500, 'room')
  const first = worker.publish(item('room', 'a'))
  const dones = ['b', 'c', 'd'].map((content) => worker.publish(item('room', content)))
  await until(() => dones.every((done) => done()), 'all items')
  assert.ok(first())
  assert.ok(holds.every(({ received }) => received.join() === 'a,bcd'))
  assert.equal(worker.lines.length, 4)
})

test('items of a channel that came in between others are written at once to clients that have no other channel', async (t) => {
  const worker = new Worker(t)
  const alone = worker.hold('alone', 'room')
  const both = worker.hold('both', 'yard', 'hall')
  const done = worker.publish(
    item('room', 'r1 '),
    item('yard', 'y1 '),
    item('room', 'r2 '),
    item('hall', 'h1 '),
    item('yard', 'y2 '),
  )
  await until(done, 'all items')
  assert.deepEqual(alone.received, ['r1 r2 '])
  assert.deepEqual(both.received, ['y1 ', 'h1 ', 'y2 '])
})

test('whoever is to be told of the end is told after all items that came before, and in order', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(500, 'room')
  const told: string[] = []
  const push = (name: string, ...items: PublishItem[]): void =>
    worker.fanOut.push(items, () => {
      const complete = holds.filter(({ received }) => received.join('').includes(name)).length
      told.push(`${name} ${complete}`)
    })
  push('a', item('room', 'a'))
  push('b', item('room', 'b'))
  // As for a confirmed subscription: no items, but behind them.
  push('')
  assert.deepEqual(told, [])
  await until(() => told.length === 3, 'all')
  assert.deepEqual(told, ['a 500', 'b 500', ' 500'])
})

test('a hold that leaves meanwhile gets nothing more, one that comes gets only what is published later', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(500, 'room')
  const first = worker.publish(item('room', 'a'))
  const leaving = holds.at(-1) as SlowHold
  worker.table.remove(leaving)
  const coming = worker.hold('coming', 'room')
  const second = worker.publish(item('room', 'b'))
  await until(() => first() && second(), 'both items')
  assert.deepEqual(leaving.received, [])
  assert.deepEqual(coming.received, ['b'])
  assert.deepEqual(worker.lines, ['publish channel=room receivers=499', 'publish channel=room receivers=500'])
})

test('a hold that leaves only one of its channels goes on with the others', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(100, 'room', 'hall')
  const done = worker.publish(item('room', 'r'), item('hall', 'h'))
  const leaving = holds.at(-1) as SlowHold
  worker.table.leave(leaving, 'room')
  await until(done, 'both items')
  assert.deepEqual(leaving.received, ['h'])
})

test('holds that fail do not keep an item from the others, nor what comes after it', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(100, 'room')
  ;(holds[50] as SlowHold).onItem = () => {
    throw new Error('this one fails')
  }
  let done: (() => boolean) | undefined
  const error = await uncaught(() => {
    done = worker.publish(item('room', 'a'))
  })
  assert.equal((error as Error).message, 'this one fails')
  await until(() => done?.() === true, 'the item')
  assert.ok(holds.every(({ received }) => received.length === 1))
})

test('who fails when told of the end does not stop the fan-out', async (t) => {
  const worker = new Worker(t)
  const [hold] = worker.crowd(1, 'room')
  let others = 0
  const error = await uncaught(() => {
    worker.publish(item('room', 'a'))
    worker.fanOut.push([item('room', 'b')], () => {
      worker.fanOut.push([], () => void others++)
      throw new Error('told and failed')
    })
  })
  assert.equal((error as Error).message, 'told and failed')
  assert.ok(worker.publish(item('room', 'c'))())
  assert.equal(others, 1)
  assert.deepEqual(hold?.received, ['a', 'b', 'c'])
})

test('a hold may publish, leave, and be held again while it gets an item', async (t) => {
  const worker = new Worker(t)
  const holds = worker.crowd(100, 'room')
  const again: SlowHold[] = []
  let published: (() => boolean) | undefined
  for (const hold of holds) {
    hold.onItem = () => {
      published ??= worker.publish(item('room', 'b'))
      worker.table.remove(hold)
      again.push(worker.hold(hold.id, 'room'))
    }
  }
  const done = worker.publish(item('room', 'a'))
  await until(() => done() && published?.() === true, 'both items')
  assert.ok(holds.every(({ received }) => received.join() === 'a'))
  assert.equal(again.length, 100)
  assert.ok(again.every(({ received }) => received.join() === 'b'))
})
