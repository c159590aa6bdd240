import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responseHeaders } from '../../../proxy/forward/response-headers.ts'

const cases: [what: string, received: string[], got: string[]][] = [
  [
    'order, case and repeats are kept',
    ['Set-Cookie', 'a=1', 'X-b', '2', 'set-cookie', 'c=3'],
    ['Set-Cookie', 'a=1', 'X-b', '2', 'set-cookie', 'c=3'],
  ],
  [
    "the backend connection's own headers are removed",
    [
      ['Connection', 'close'],
      ['keep-alive', 'timeout=1'],
      ['Proxy-Connection', 'close'],
      ['Proxy-Authenticate', 'Basic'],
      ['Transfer-Encoding', 'chunked'],
      ['Upgrade', 'h2c'],
      ['Content-Encoding', 'identity'],
      ['X', '1'],
    ].flat(),
    ['X', '1'],
  ],
  [
    'what Connection names is removed',
    ['X-Hop', '1', 'Connection', 'close, X-Hop , x-other', 'X-Other', '2', 'X', '3'],
    ['X', '3'],
  ],
  [
    'what a second Connection names is removed, too',
    ['Connection', 'keep-alive', 'X-Hop', '1', 'Connection', 'X-Hop', 'X', '2'],
    ['X', '2'],
  ],
  [
    'Connection cannot take away length and type',
    ['Connection', 'Content-Length, Content-Type', 'Content-Length', '5', 'Content-Type', 'a/b'],
    ['Content-Length', '5', 'Content-Type', 'a/b'],
  ],
  ['Grip headers pass, for those whose gateway is elsewhere', ['Grip-Hold', 'stream'], ['Grip-Hold', 'stream']],
  ['Trailer is removed when no trailers are relayed', ['Trailer', 'X-Sum'], []],
]

for (const [what, received, got] of cases) {
  test(what, () => {
    const before = received.slice()
    assert.deepEqual(responseHeaders(200, received, false), got)
    assert.deepEqual(received, before)
  })
}

test('Trailer is kept when trailers are relayed', () => {
  assert.deepEqual(responseHeaders(200, ['Trailer', 'X-Sum'], true), ['Trailer', 'X-Sum'])
})

for (const code of [204, 304]) {
  test(`a length is not sent with ${code}, which has no body`, () => {
    assert.deepEqual(responseHeaders(code, ['Content-Length', '5', 'ETag', '"a"'], false), ['ETag', '"a"'])
  })
}
