import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameChunk } from '../../../proxy/send/chunk.ts'
import { Delivery } from '../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { httpResponse, httpStream, publishItem } from '../../support/publish-item.ts'

const frames: [content: string, chunk: string][] = [
  ['a', '1\r\na\r\n'],
  ['hello, world', 'c\r\nhello, world\r\n'],
  ['ü', '2\r\nü\r\n'],
  ['\r\n0\r\n\r\n', '7\r\n\r\n0\r\n\r\n\r\n'],
  ['x'.repeat(4096), `1000\r\n${'x'.repeat(4096)}\r\n`],
]

for (const [content, chunk] of frames) {
  test(`${JSON.stringify(content.slice(0, 20))} is sent as the chunk ${JSON.stringify(chunk.slice(0, 20))}`, () => {
    assert.equal(frameChunk(Buffer.from(content)).toString(), chunk)
  })
}

test('empty content is no chunk at all, since an empty chunk ends a body', () => {
  assert.equal(frameChunk(Buffer.alloc(0)).length, 0)
})

const content = Buffer.from('hello')
const item = publishItem('room', { id: '1', httpStream: httpStream(content) })

function published(text: string, channel = 'room'): PublishItem {
  return { ...item, channel, httpStream: httpStream(text) }
}

function answer(body: string): PublishItem {
  return { ...item, httpStream: undefined, httpResponse: httpResponse(body) }
}

test('all streams are written the same bytes, not each a copy', () => {
  const delivery = new Delivery(item)
  const chunk = delivery.streamBytes(true)
  assert.equal(chunk.toString(), '5\r\nhello\r\n')
  assert.equal(delivery.streamBytes(true), chunk)
  const raw = delivery.streamBytes(false)
  assert.equal(raw.toString(), 'hello')
  assert.equal(delivery.streamBytes(false), raw)
})

test('items that came together on one channel go out together, each as its own chunk', () => {
  const deliveries = Delivery.join([published('a'), published('bc'), published('')])
  assert.equal(deliveries.length, 1)
  assert.equal(deliveries[0]?.streamBytes(true).toString(), '1\r\na\r\n2\r\nbc\r\n')
  assert.equal(deliveries[0]?.streamBytes(false).toString(), 'abc')
  assert.equal(deliveries[0]?.items.length, 3)
})

test('items of different channels keep their order', () => {
  const deliveries = Delivery.join([published('1', 'a'), published('2', 'b'), published('3', 'b'), published('4', 'a')])
  const written = deliveries.map((delivery) => `${delivery.channel}${delivery.streamBytes(false).toString()}`)
  assert.deepEqual(written, ['a1', 'b23', 'a4'])
})

test('items of a channel go out together wherever they came, when nobody on it can see that they overtake others', () => {
  const items = [
    published('1', 'a'),
    published('2', 'b'),
    published('3', 'c'),
    published('4', 'a'),
    published('5', 'b'),
  ]
  const deliveries = Delivery.join(items, (channel) => channel === 'a')
  const written = deliveries.map((delivery) => `${delivery.channel}${delivery.streamBytes(false).toString()}`)
  assert.deepEqual(written, ['a14', 'b2', 'c3', 'b5'])
})

test('nothing overtakes an item of its own channel that closes or hints', () => {
  const close: PublishItem = { ...item, channel: 'a', httpStream: { action: 'close' } }
  const items = [published('1', 'a'), published('2', 'b'), close, published('3', 'b'), published('4', 'a')]
  const deliveries = Delivery.join(items, () => true)
  assert.deepEqual(
    deliveries.map(({ channel, httpStream, items }) => `${channel} ${httpStream?.action} ${items.length}`),
    ['a send 1', 'b send 2', 'a close 1', 'a send 1'],
  )
})

test('an item that closes or hints is not joined with what comes before or after it', () => {
  const close: PublishItem = { ...item, httpStream: { action: 'close' } }
  const hint: PublishItem = { ...item, httpStream: undefined, httpResponse: { action: 'hint' } }
  const deliveries = Delivery.join([published('1'), close, published('2'), hint, published('3')])
  assert.deepEqual(
    deliveries.map((delivery) => delivery.httpStream?.action ?? delivery.httpResponse?.action),
    ['send', 'close', 'send', 'hint', 'send'],
  )
})

test('of several answers to long polls the first counts, and streams get all contents', () => {
  const [delivery] = Delivery.join([published('1'), answer('first'), answer('second'), published('2')])
  const { httpResponse } = delivery ?? {}
  assert.equal(httpResponse?.action === 'send' && httpResponse.body?.toString(), 'first')
  assert.equal(delivery?.streamBytes(false).toString(), '12')
})

test('more than 64 KiB are not joined', () => {
  const items = Array.from({ length: 5 }, () => published('x'.repeat(30_000)))
  assert.deepEqual(
    Delivery.join(items).map((delivery) => delivery.streamBytes(false).length),
    [60_000, 60_000, 30_000],
  )
})

test('a delivery has the channel and the formats of its item', () => {
  const { channel, httpResponse, httpStream } = new Delivery(item)
  assert.equal(channel, 'room')
  assert.equal(httpResponse, undefined)
  assert.equal(httpStream, item.httpStream)
})
