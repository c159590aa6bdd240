import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Receivers } from '../../../proxy/observe/receivers.ts'
import { Subscribers } from '../../../proxy/observe/subscribers.ts'
import { WorkerStats } from '../../../proxy/observe/worker-stats.ts'
import type { Hold } from '../../../proxy/hold/hold.ts'
import { Delivery } from '../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { Transport } from '../../../shared/observe/transport.ts'
import { someRoute } from '../hold/some-route.ts'
import { httpResponse, httpStream, publishItem, wsMessage } from '../../support/publish-item.ts'

const shop = someRoute('*,id=shop test')
const other = someRoute()

function hold(transport: Transport, route = other, ...channels: string[]): Hold {
  return { transport, route, channels } as Partial<Hold> as Hold
}

function item(fields: { response?: string; stream?: string; message?: string; size?: number }): PublishItem {
  const { response, stream, message, size } = fields
  return publishItem('a', {
    size,
    httpResponse: response === undefined ? undefined : httpResponse(response),
    httpStream: stream === undefined ? undefined : httpStream(stream),
    wsMessage: message === undefined ? undefined : wsMessage(message),
  })
}

function worker(blockSize = 0): { stats: WorkerStats; counts: string[] } {
  const counts: string[] = []
  const stats = new WorkerStats({ connectionTtl: 120, blockSize }, (name) => void counts.push(name))
  stats.take()
  return { stats, counts }
}

function received(...holds: readonly Hold[]): Receivers {
  const receivers = new Receivers(true)
  for (const each of holds) receivers.add(each)
  return receivers
}

test('deliveries count for the route of the connection, with an id or without', () => {
  const { stats } = worker(2)
  const receivers = received(hold(0, shop), hold(1, other), hold(1, shop), hold(2, shop), hold(1, shop))
  assert.equal(receivers.total, 5)
  stats.delivered(new Delivery(item({ response: '123', stream: '12345', message: '1' })), receivers)
  const now = { connections: 0, peak: 0 }
  assert.deepEqual(stats.take()?.routes, [
    { sent: 1, blocks: 3, ...now },
    { route: 'shop', sent: 4, responses: 1, blocks: 2 + 3 + 3 + 1, ...now },
  ])
})

test('of items that go out together each counts where it has a format, and one has answered the long polls', () => {
  const { stats } = worker()
  const items = [
    item({ stream: '1' }),
    item({ stream: '2', response: 'a' }),
    item({ response: 'b', message: '3' }),
  ] as const
  for (const [index, each] of items.entries()) stats.published.numbered(each, index + 1)
  stats.delivered(new Delivery(...items), received(hold(0), hold(0), hold(1), hold(2)))
  const told = stats.take()
  assert.deepEqual(told?.routes, [{ sent: 2 + 2 + 1, responses: 2, connections: 0, peak: 0 }])
  assert.deepEqual(told?.receivers, [
    [1, 0, 1, 0],
    [2, 2, 1, 0],
    [3, 0, 0, 1],
  ])
})

test('published content counts for each that gets it, and messages of WebSockets; long polls say themselves what they send', () => {
  const { stats } = worker()
  stats.watch({ any: true, conn: false, sub: false, report: true }, [])
  const items = [item({ stream: '12345', message: '123', response: '1234567' }), item({ message: '12' })] as const
  stats.delivered(new Delivery(...items), received(hold(0), hold(1, shop), hold(1, shop), hold(2, shop)))
  const [none, ofShop] = stats.take()?.routes ?? []
  assert.equal(none?.traffic, undefined)
  assert.deepEqual(ofShop?.traffic, [0, 0, 0, 2 * 5 + 3 + 2, 0, 2, 0, 0, 0, 0, 0, 0])
})

test("an item's own size counts, not what it has", () => {
  const { stats } = worker(10)
  stats.delivered(new Delivery(item({ stream: '1', size: 95 })), received(hold(1)))
  assert.equal(stats.take()?.routes[0]?.blocks, 10)
})

test('more publishes than may wait to be told are left out and counted', () => {
  const { stats, counts } = worker()
  for (let number = 1; number <= 20_001; number++) stats.published.numbered(item({ stream: '1' }), number)
  assert.deepEqual(counts, ['stats_dropped'])
})

test('routes beyond the thousandth id count as those without', () => {
  const { stats } = worker()
  for (let i = 0; i < 1000; i++) stats.of(someRoute(`*,id=${i} test`))
  assert.equal(stats.of(someRoute('*,id=one-more test')), stats.of(other))
  assert.notEqual(stats.of(someRoute('*,id=7 test')), stats.of(other))
})

test('subscribers are counted by channel and kind, from when somebody wants to know', () => {
  const subscribers = new Subscribers()
  const stream = hold(1, other, 'a', 'b')
  subscribers.joined(stream, 'a')
  assert.deepEqual(subscribers.take(), [])
  subscribers.watch([stream, hold(2, other, 'a')])
  assert.deepEqual(subscribers.take(), [
    ['a', 1, 1],
    ['a', 2, 1],
    ['b', 1, 1],
  ])
  subscribers.joined(hold(1), 'a')
  subscribers.joined(hold(1), 'a')
  subscribers.left(stream, 'b')
  assert.deepEqual(subscribers.take(), [
    ['a', 1, 3],
    ['b', 1, 0],
  ])
  assert.deepEqual(subscribers.take(), [])
  subscribers.watch(undefined)
  subscribers.left(stream, 'a')
  assert.deepEqual(subscribers.take(), [])
})
