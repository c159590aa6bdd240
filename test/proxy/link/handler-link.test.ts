import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import type { SubscriptionLink } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { toItem } from '../../../proxy/doors/bus-item.ts'
import { HandlerLink } from '../../../proxy/link/handler-link.ts'
import type { LinkEvents } from '../../../proxy/link/handler-link.ts'
import type { Log } from '../../../shared/log.ts'
import { encodeItem } from '../../../shared/link/item-codec.ts'
import { encodeMessage } from '../../../shared/link/messages.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { StatsMessage, Watched } from '../../../shared/link/stats-message.ts'
import { until } from '../../support/until.ts'
import { publishItem } from '../../support/publish-item.ts'
import { FakeHandler } from './fake-handler.ts'

const directory = mkdtempSync(join(tmpdir(), 'link-'))
after(() => rmSync(directory, { recursive: true }))

class WatchedSubscriptions extends Subscriptions {
  hasLink = false

  override linkUp(link: SubscriptionLink): ReturnType<Subscriptions['linkUp']> {
    const greeting = super.linkUp(link)
    this.hasLink = true
    return greeting
  }

  override linkDown(): void {
    super.linkDown()
    this.hasLink = false
  }
}

interface Linked {
  readonly link: HandlerLink
  readonly path: string
  readonly subscriptions: WatchedSubscriptions
  /** Lets the time pass after which a worker gives a sign of life. */
  readonly tick: () => void
  /** Milliseconds of what was begun after that. */
  readonly intervals: readonly number[]
  /** What was handed on: the items' channels, and what is to be called when they have reached their holds. */
  readonly handedOn: { readonly channels: string; readonly done: () => void }[]
  /** What else was handed on. */
  readonly told: readonly string[]
  /** What was counted, to be told to the handler. */
  readonly stats: StatsMessage[]
}

let links = 0

/** A link to where nobody may listen yet. */
function linked(t: TestContext): Linked {
  const path = join(directory, String(++links))
  const subscriptions = new WatchedSubscriptions(new TimerWheel(), 10_000)
  const ticks: (() => void)[] = []
  const intervals: number[] = []
  const begin = setInterval
  let isStarted = false
  const collect = (action: () => void, milliseconds: number): unknown => {
    if (isStarted) intervals.push(milliseconds)
    return isStarted ? begin(action, milliseconds) : ticks.push(action)
  }
  t.mock.method(globalThis, 'setInterval', collect)
  const handedOn: { channels: string; done: () => void }[] = []
  const items: LinkEvents['items'] = (published, done) =>
    void handedOn.push({ channels: published.map(({ channel }) => channel).join(), done })
  const told: string[] = []
  const stats: StatsMessage[] = []
  const events = {
    items,
    numbered: ({ channel }: PublishItem, publish: number) => void told.push(`${channel} ${publish}`),
    written: (received: number) => void told.push(`written ${received}`),
    watch: ({ conn, sub }: Watched) => void told.push(`watch ${conn} ${sub}`),
    stats: () => stats.shift(),
    counts: () => ({}),
    held: () => 0,
    lag: () => 0,
  } as unknown as LinkEvents
  const log = { debug() {}, warn() {}, error() {} } as unknown as Log
  const link = new HandlerLink(0, subscriptions, events, log)
  link.start(path)
  isStarted = true
  t.after(() => link.close())
  return {
    link,
    path,
    subscriptions,
    tick: () => ticks.forEach((action) => action()),
    handedOn,
    told,
    stats,
    intervals,
  }
}

test('a handler that comes back after an outage is greeted once, and hears nothing from before', async (t) => {
  const { path, subscriptions, tick } = linked(t)
  const first = new FakeHandler(path)
  await first.hears(1)
  tick()
  await first.hears(2)
  assert.deepEqual(first.heard, ['hello', 'alive'])

  first.close()
  await until(() => !subscriptions.hasLink, 'the loss of the handler')
  for (let seconds = 0; seconds < 10; seconds++) tick()
  subscriptions.subscribe(['a', 'b'], () => {})

  const next = new FakeHandler(path)
  t.after(() => next.close())
  await next.hears(1)
  tick()
  await next.hears(2)
  assert.deepEqual(next.heard, ['hello a,b', 'alive'])
})

test('a handler that starts after its workers is greeted once, and hears nothing from before', async (t) => {
  const { path, subscriptions, tick } = linked(t)
  subscriptions.subscribe(['a'], () => {})
  for (let seconds = 0; seconds < 10; seconds++) tick()
  const handler = new FakeHandler(path)
  t.after(() => handler.close())
  await handler.hears(1)
  tick()
  await handler.hears(2)
  assert.deepEqual(handler.heard, ['hello a', 'alive'])
})

test('a handler that does not read is given no more than 32 MiB to publish', async (t) => {
  const { link, path, subscriptions } = linked(t)
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket)).listen(path)
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await until(() => subscriptions.hasLink, 'the link')
  const content = Buffer.alloc(1 << 20)
  const refused = new AbortController()
  let waiting = 0
  while (!refused.signal.aborted && waiting < 100) {
    waiting++
    void link.publish([toItem('a', { content, contentType: 'a/b' })]).then(() => refused.abort())
    // What is sent leaves at the end of the turn.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  }
  // Each item is in there three times, once for each format.
  assert.ok(waiting > 10 && waiting < 40, `${waiting} items`)
})

test('a subscription is not live before all that came ahead of its confirmation has reached its holds', async (t) => {
  const { path, subscriptions, handedOn } = linked(t)
  const handler = new FakeHandler(path)
  t.after(() => handler.close())
  await handler.hears(1)
  let isLive = false
  subscriptions.subscribe(['later'], () => (isLive = true))
  await handler.hears(2)
  // The greeting was the first request.
  const confirmation = encodeMessage({ type: 'subscribed', request: 2, lastIds: [], first: [] })
  handler.send(item('first'), item('second'), confirmation, item('third'))
  await until(() => handedOn.length === 3, 'all that was sent')
  const channels = handedOn.map((handed) => handed.channels)
  assert.deepEqual(channels, ['first,second', '', 'third'])
  handedOn[0]?.done()
  assert.equal(isLive, false)
  handedOn[1]?.done()
  assert.equal(isLive, true)
})

test('what has reached its holds is confirmed, together with what came after it', async (t) => {
  const { path, handedOn } = linked(t)
  const handler = new FakeHandler(path)
  t.after(() => handler.close())
  await handler.hears(1)
  handler.send(item('first'), item('second'))
  await until(() => handedOn.length === 1, 'the first two')
  handler.send(item('third'))
  await until(() => handedOn.length === 2, 'the third')
  for (const { done } of handedOn) done()
  await handler.hears(2)
  const size = item('first').length + item('second').length + item('third').length
  assert.deepEqual(handler.heard, ['hello', `delivered ${size}`])
})

test('what has reached its holds after its handler died is not confirmed to the next one', async (t) => {
  const { path, subscriptions, handedOn, tick } = linked(t)
  const first = new FakeHandler(path)
  await first.hears(1)
  first.send(item('room'))
  await until(() => handedOn.length === 1, 'the item')
  first.close()
  await until(() => !subscriptions.hasLink, 'the loss of the handler')

  const next = new FakeHandler(path)
  t.after(() => next.close())
  await next.hears(1)
  handedOn[0]?.done()
  next.send(item('hall'))
  await until(() => handedOn.length === 2, 'an item of the next handler')
  handedOn[1]?.done()
  await next.hears(2)
  tick()
  await next.hears(3)
  assert.deepEqual(next.heard, ['hello', `delivered ${item('hall').length}`, 'alive'])
})

test('what is counted is told to a handler that is there, and waits for one that is not', async (t) => {
  const { path, tick, stats } = linked(t)
  stats.push({ type: 'stats', routes: [] })
  tick()
  assert.equal(stats.length, 1)
  const handler = new FakeHandler(path)
  t.after(() => handler.close())
  await handler.hears(1)
  tick()
  tick()
  await handler.hears(4)
  assert.deepEqual(handler.heard.toSorted(), ['alive', 'alive', 'hello', 'stats'])
})

test('who counts hears of numbered items, of what is watched, and when the oldest of what came together was received', async (t) => {
  const { path, handedOn, told, intervals } = linked(t)
  const handler = new FakeHandler(path)
  t.after(() => handler.close())
  await handler.hears(1)
  const watch = encodeMessage({ type: 'watch', watched: { any: true, conn: true, sub: false, report: false } })
  handler.send(watch, item('a', 5.5, 0), item('b', 6.5, 7))
  await until(() => handedOn.length === 1, 'the items')
  assert.deepEqual(told, ['watch true false', 'b 7'])
  assert.deepEqual(intervals.at(-1), 100)
  handedOn[0]?.done()
  assert.deepEqual(told.at(-1), 'written 5.5')
})

function item(channel: string, received?: number, publish?: number): Buffer {
  return encodeItem(publishItem(channel, { httpStream: { action: 'close' } }), received, publish)
}

test('a handler that comes back is told that publishers are to be refused, until they are not', async (t) => {
  const { link, path, subscriptions } = linked(t)
  const first = new FakeHandler(path)
  await first.hears(1)
  link.tellFull(true)
  await first.hears(2)
  first.close()
  await until(() => !subscriptions.hasLink, 'the loss of the handler')
  const second = new FakeHandler(path)
  await second.hears(2)
  assert.deepEqual(second.heard, ['hello', 'full'])
  link.tellFull(false)
  await second.hears(3)
  second.close()
})
