import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeWebSocketEvents } from '@fanoutio/grip'
import { encodeEvents } from '../../../../proxy/websocket/over-http/encode-events.ts'
import type { WebSocketEvent } from '../../../../proxy/websocket/over-http/event.ts'

const nothing = Buffer.alloc(0)

const written: Array<[event: WebSocketEvent, bytes: string]> = [
  [{ type: 'OPEN' }, 'OPEN\r\n'],
  [{ type: 'DISCONNECT' }, 'DISCONNECT\r\n'],
  [{ type: 'TEXT', content: Buffer.from('hello') }, 'TEXT 5\r\nhello\r\n'],
  [{ type: 'TEXT', content: Buffer.from('0123456789') }, 'TEXT a\r\n0123456789\r\n'],
  [{ type: 'TEXT', content: nothing }, 'TEXT 0\r\n\r\n'],
  [{ type: 'BINARY', content: Buffer.from([0, 13, 10, 255]) }, 'BINARY 4\r\n\x00\r\n\xff\r\n'],
  [{ type: 'BINARY', content: nothing }, 'BINARY 0\r\n\r\n'],
  [{ type: 'PING', content: Buffer.from('p') }, 'PING 1\r\np\r\n'],
  [{ type: 'PING', content: nothing }, 'PING\r\n'],
  [{ type: 'PONG', content: Buffer.from('p') }, 'PONG 1\r\np\r\n'],
  [{ type: 'PONG', content: nothing }, 'PONG\r\n'],
  [{ type: 'CLOSE', code: undefined, reason: nothing }, 'CLOSE\r\n'],
  [{ type: 'CLOSE', code: undefined, reason: Buffer.from('unsaid') }, 'CLOSE\r\n'],
  [{ type: 'CLOSE', code: 1000, reason: nothing }, 'CLOSE 2\r\n\x03\xe8\r\n'],
  [{ type: 'CLOSE', code: 4001, reason: Buffer.from('bye') }, 'CLOSE 5\r\n\x0f\xa1bye\r\n'],
]

for (const [event, bytes] of written) {
  test(`a backend is sent ${JSON.stringify(bytes)}`, () => {
    assert.equal(encodeEvents([event]).toString('latin1'), bytes)
  })
}

test('several events follow each other, and none are an empty body', () => {
  const events: WebSocketEvent[] = [{ type: 'TEXT', content: Buffer.from('a') }, { type: 'DISCONNECT' }]
  assert.equal(encodeEvents(events).toString(), 'TEXT 1\r\na\r\nDISCONNECT\r\n')
  assert.equal(encodeEvents([]).length, 0)
})

test('a message of a million bytes has its length in lower-case hexadecimal digits', () => {
  const body = encodeEvents([{ type: 'BINARY', content: Buffer.alloc(1_000_000) }])
  assert.equal(body.toString('latin1', 0, 14), 'BINARY f4240\r\n')
  assert.equal(body.length, 14 + 1_000_000 + 2)
})

test('the client library reads what the gateway writes', () => {
  const body = encodeEvents(written.map(([event]) => event))
  const read = decodeWebSocketEvents(new Uint8Array(body)).map(({ type, content }) => [
    type,
    content === null ? undefined : Buffer.from(content).toString('latin1'),
  ])
  assert.deepEqual(read, [
    ['OPEN', undefined],
    ['DISCONNECT', undefined],
    ['TEXT', 'hello'],
    ['TEXT', '0123456789'],
    ['TEXT', ''],
    ['BINARY', '\x00\r\n\xff'],
    ['BINARY', ''],
    ['PING', 'p'],
    ['PING', undefined],
    ['PONG', 'p'],
    ['PONG', undefined],
    ['CLOSE', undefined],
    ['CLOSE', undefined],
    ['CLOSE', '\x03\xe8'],
    ['CLOSE', '\x0f\xa1bye'],
  ])
})
