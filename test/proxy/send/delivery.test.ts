import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Delivery, frameChunk } from '../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'

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
const item: PublishItem = {
  channel: 'room',
  id: '1',
  prevId: undefined,
  noSeq: false,
  size: undefined,
  meta: undefined,
  httpResponse: undefined,
  httpStream: { action: 'send', content, contentFilters: undefined },
  wsMessage: undefined,
}

test('all streams are written the same chunk, not each a copy', () => {
  const delivery = new Delivery(item)
  const chunk = delivery.chunkOf(content)
  assert.equal(chunk.toString(), '5\r\nhello\r\n')
  assert.equal(delivery.chunkOf(content), chunk)
})

test('a delivery has the channel and the formats of its item', () => {
  const { channel, httpResponse, httpStream } = new Delivery(item)
  assert.equal(channel, 'room')
  assert.equal(httpResponse, undefined)
  assert.equal(httpStream, item.httpStream)
})
