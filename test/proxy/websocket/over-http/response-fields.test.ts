import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handshakeHeaders, responseFields } from '../../../../proxy/websocket/over-http/response-fields.ts'

test('a response without any of the headers changes nothing', () => {
  assert.deepEqual(responseFields(['Content-Type', 'application/websocket-events']), {
    keepAliveInterval: undefined,
    setMeta: [],
    contentBytesAccepted: undefined,
  })
})

const intervals: Array<[value: string, seconds: number]> = [
  ['30', 30],
  ['20', 20],
  [' 25 ', 25],
  ['19', 20],
  ['1', 20],
  ['0', 0],
  ['-5', 0],
  ['', 0],
  ['often', 0],
  ['30.5', 0],
  ['30, 40', 0],
  ['99999999999', 2_147_483],
  ['9'.repeat(1000), 2_147_483],
]

for (const [value, seconds] of intervals) {
  test(`a keep-alive interval of '${value.slice(0, 12)}' is ${seconds} seconds`, () => {
    assert.equal(responseFields(['keep-alive-INTERVAL', value]).keepAliveInterval, seconds)
  })
}

test('the first of several keep-alive intervals counts', () => {
  const headers = ['Keep-Alive-Interval', '30', 'Keep-Alive-Interval', '0']
  assert.equal(responseFields(headers).keepAliveInterval, 30)
})

test('a backend stores values in any number, with any case and empty', () => {
  const headers = ['Set-Meta-User', 'bob', 'X', 'y', 'set-meta-room-1', '', 'SET-META-user', 'eve', 'Set-Meta-', 'none']
  assert.deepEqual(responseFields(headers).setMeta, [
    ['User', 'bob'],
    ['room-1', ''],
    ['user', 'eve'],
  ])
})

test('a backend says how many bytes it has taken', () => {
  assert.equal(responseFields(['Content-Bytes-Accepted', '0']).contentBytesAccepted, 0)
  assert.equal(responseFields(['content-bytes-accepted', '200000']).contentBytesAccepted, 200_000)
})

for (const value of ['', '-1', 'all', '1.5', '0x10', '5 6']) {
  test(`the operator reads that '${value}' is no number of bytes`, () => {
    const message = 'Content-Bytes-Accepted is not a number of bytes'
    assert.throws(() => responseFields(['Content-Bytes-Accepted', value]), { name: 'EventError', message })
  })
}

test('the client gets the headers of the first response that are meant for it', () => {
  const headers = [
    ['Date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
    ['Content-Length', '6'],
    ['content-TYPE', 'application/websocket-events'],
    ['Set-Cookie', 'a=1'],
    ['Sec-WebSocket-Protocol', 'chat'],
    ['Sec-WebSocket-Extensions', 'grip; message-prefix=""'],
    ['Sec-WebSocket-Accept', 'forged'],
    ['Keep-Alive-Interval', '30'],
    ['Content-Bytes-Accepted', '0'],
    ['Set-Meta-User', 'bob'],
    ['set-meta-', 'bob'],
    ['Grip-Channel', 'a'],
    ['Connection', 'close, X-Hop'],
    ['X-Hop', '1'],
    ['Keep-Alive', 'timeout=5'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'h2c'],
    ['Trailer', 'X-Sum'],
    ['set-cookie', 'b=2'],
    ['X-Set-Meta-User', 'kept'],
  ].flat()
  assert.deepEqual(handshakeHeaders(headers), [
    'Date',
    'Mon, 01 Jan 2024 00:00:00 GMT',
    'Set-Cookie',
    'a=1',
    'Sec-WebSocket-Protocol',
    'chat',
    'set-cookie',
    'b=2',
    'X-Set-Meta-User',
    'kept',
  ])
})
