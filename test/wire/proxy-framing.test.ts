import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { assertNothingElseArrived } from '../support/nothing-else-arrived.ts'
import { ask, askUntilClosed, RawClient } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

const MALFORMED =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 25\r\nConnection: close\r\n\r\n' +
  'Failed to parse request.\n'
const CHUNKED_HTTP10 =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 37\r\nConnection: close\r\n\r\n' +
  'HTTP/1.0 requests cannot be chunked.\n'
const UNKNOWN_CODING =
  'HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain\r\nContent-Length: 47\r\nConnection: close\r\n\r\n' +
  'Only the chunked transfer coding is supported.\n'

/** Behind whatever was refused: a backend that gets this was talked to by an attacker. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

// Bodies that two readers could understand in two ways (RFC 9112 6.1, 6.3, 7.1, 11.2), and headers that only some readers take.
const refused: [what: string, request: string, answer: string][] = [
  ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', MALFORMED],
  ['chunks and length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n', MALFORMED],
  ['the same length twice', 'Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello', MALFORMED],
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello', MALFORMED],
  ['a length with a plus sign', 'Content-Length: +5\r\n\r\nhello', MALFORMED],
  ['a negative length', 'Content-Length: -5\r\n\r\nhello', MALFORMED],
  ['a hexadecimal length', 'Content-Length: 0x5\r\n\r\nhello', MALFORMED],
  ['an empty length', 'Content-Length:\r\n\r\n', MALFORMED],
  ['a length beyond all numbers', 'Content-Length: 99999999999999999999\r\n\r\nhello', MALFORMED],
  ['a list of lengths', 'Content-Length: 5, 5\r\n\r\nhello', MALFORMED],
  ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', UNKNOWN_CODING],
  ['chunked before another coding', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n', MALFORMED],
  ['chunked after a coding that nobody undoes', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', UNKNOWN_CODING],
  [
    'chunked in a second line',
    'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    UNKNOWN_CODING,
  ],
  ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', MALFORMED],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n', MALFORMED],
  ['a header on two lines', 'X-A: 1\r\n 2\r\n\r\n', MALFORMED],
  ['a coding on a continued line', 'Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n', MALFORMED],
  ['a header line that a line feed ends', 'X-A: 1\nX-B: 2\r\n\r\n', MALFORMED],
  ['a carriage return in a value', 'X-A: 1\rX-B: 2\r\n\r\n', MALFORMED],
  ['a NUL in a value', 'X-A: 1\x002\r\n\r\n', MALFORMED],
  ['a header without a name', ': 1\r\n\r\n', MALFORMED],
  ['a name with a space', 'X A: 1\r\n\r\n', MALFORMED],
  ['a name with a slash', 'X/A: 1\r\n\r\n', MALFORMED],
  ['a line without a colon', 'X-A\r\n\r\n', MALFORMED],
  ['a chunk size that a line feed ends', 'Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n', MALFORMED],
  ['a chunk that a line feed ends', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n', MALFORMED],
  [
    'a chunk size beyond all numbers',
    `Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\nhello\r\n0\r\n\r\n`,
    MALFORMED,
  ],
  ['a chunk size with a sign', 'Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n', MALFORMED],
  ['a chunk size as programs write it', 'Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n', MALFORMED],
  ['a chunk longer than it says', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n', MALFORMED],
]

for (const [what, rest, answer] of refused) {
  test(`a request with ${what} is refused, and so is all behind it`, async () => {
    const received = await askUntilClosed(gateway.port, `POST /refused HTTP/1.1\r\nHost: a\r\n${rest}${SMUGGLED}`)
    assert.equal(received, answer)
    await assertNothingElseArrived(gateway, backend)
  })
}

test('a request line that a line feed ends is refused', async () => {
  const received = await askUntilClosed(gateway.port, `GET / HTTP/1.1\nHost: a\r\n\r\n${SMUGGLED}`)
  // The line feed may be taken for a part of the version.
  assert.match(received, /^HTTP\/1\.1 (?:400|505) /)
  await assertNothingElseArrived(gateway, backend)
})

test('a client of HTTP/1.0 cannot send chunks, because the next reader may not know them', async () => {
  const request = 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
  assert.equal(await askUntilClosed(gateway.port, request), CHUNKED_HTTP10)
  await assertNothingElseArrived(gateway, backend)
})

test('chunk extensions do not reach the backend', async () => {
  const chunks = '5;name=value;other="quoted"\r\nhello\r\n0;last\r\n\r\n'
  const { body } = await ask(gateway.port, `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)
  assert.equal(body, 'ok')
  const request = await backend.next()
  assert.equal(request.body, 'hello')
  assert.ok(!request.bytes.includes(';'), request.bytes)
})

test('a chunk extension of more than 16 KB ends the request', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
  const chunk = `5;${'e'.repeat(17_000)}\r\nhello\r\n`
  const received = await askUntilClosed(gateway.port, `${head}${chunk}0\r\n\r\n${SMUGGLED}`)
  assert.match(received, /^HTTP\/1\.1 413 /)
  await assertNothingElseArrived(gateway, backend)
})

test('a request that ends in the middle of its body reaches no backend as a whole one', async () => {
  for (const framing of ['Content-Length: 10\r\n\r\nhello', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n']) {
    const client = await RawClient.connect(gateway.port)
    client.send(`POST /cut HTTP/1.1\r\nHost: a\r\n${framing}`)
    client.finish()
    const answer = await client.closed()
    assert.ok(answer === '' || answer.startsWith('HTTP/1.1 400 '), answer)
  }
  await assertNothingElseArrived(gateway, backend)
})
