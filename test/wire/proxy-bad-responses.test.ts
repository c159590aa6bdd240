import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

// Responses that two readers could understand in two ways (RFC 9112 6.3, 11.1), or that only some readers take.
const bad: [what: string, bytes: string][] = [
  ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks and a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
  ['the same length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\nhello'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello'],
  ['a name with a space', 'HTTP/1.1 200 OK\r\nX A: 1\r\nContent-Length: 2\r\n\r\nok'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok'],
  ['a NUL in a value', 'HTTP/1.1 200 OK\r\nX-A: 1\x002\r\nContent-Length: 2\r\n\r\nok'],
  ['a header line that a line feed ends', 'HTTP/1.1 200 OK\r\nX-A: 1\nContent-Length: 2\r\n\r\nok'],
  ['a status line that a line feed ends', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok'],
  ['no status line', 'hello\r\n\r\n'],
  ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  [
    'an upgrade to WebSocket nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ],
]

for (const [what, bytes] of bad) {
  test(`a response with ${what} is a failure of the backend, which is not asked again`, async () => {
    backend.answer(bytes)
    const response = await ask(gateway.port, GET)
    assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
    assert.deepEqual(response.values('content-type'), ['text/plain'])
    assert.equal(response.body, 'Error while proxying to origin.\n')
    assert.equal(backend.requests.length, 1)
  })
}

test('a backend that leaves without an answer is a failure, on a fresh connection the only try', async () => {
  backend.script = { whole: (socket) => socket.destroy() }
  const { code } = await ask(gateway.port, GET)
  assert.equal(code, 502)
  // One more if the connection was kept from before.
  assert.ok(backend.requests.length <= 2)
  backend.reset()
  backend.script = { whole: (socket) => socket.destroy() }
  assert.equal((await ask(gateway.port, GET)).code, 502)
  assert.equal(backend.requests.length, 1)
})

const cut: [what: string, bytes: string][] = [
  ['of a known length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
  ['in chunks, in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello'],
  ['in chunks, between two', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['in chunks, in the last one', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n'],
  ['in chunks, with a broken one', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'],
]

for (const [what, bytes] of cut) {
  test(`a response ${what}, that is cut never looks whole`, async () => {
    backend.script = { whole: (socket) => void socket.end(bytes) }
    const client = await RawClient.connect(gateway.port)
    client.send(GET)
    await assert.rejects(client.response(), /closed before a whole response/)
    await client.closed()
    await gateway.log.waitFor(/GET http:\/\/a\/ -> 127\.0\.0\.1:\d+.* error/)
  })
}

test('a backend that sends more than it announced is not used again', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged')
  const client = await RawClient.connect(gateway.port)
  client.send(GET)
  assert.equal((await client.response()).body, 'ok')
  const first = await backend.next()
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown')
  client.send(GET)
  assert.equal((await client.response()).body, 'own')
  const second = await backend.next()
  assert.notEqual(second.connection, first.connection)
  client.abort()
})
