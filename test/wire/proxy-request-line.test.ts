import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { assertNothingElseArrived } from '../support/nothing-else-arrived.ts'
import { ask, askUntilClosed } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth({ condition: '*,path_beg=/app', routes: ['* BACKEND'] })

function answer(status: string, sentence: string): string {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${sentence.length + 1}\r\nConnection: close`
  return `${head}\r\n\r\n${sentence}\n`
}

const OLD = answer('400 Bad Request', 'HTTP/0.9 requests are not supported.')
const UNKNOWN_VERSION = answer('505 HTTP Version Not Supported', 'Only HTTP/1.0 and HTTP/1.1 are supported.')
const UNKNOWN_METHOD = answer('501 Not Implemented', 'Unknown request method.')
const MALFORMED = answer('400 Bad Request', 'Failed to parse request.')
const BAD_TARGET = answer('400 Bad Request', 'Request contained an invalid request target.')
const SEVERAL_HOSTS = answer('400 Bad Request', 'Request contained several Host headers.')
const BAD_HOST = answer('400 Bad Request', 'Request contained an invalid Host.')
const ESCAPES = answer('400 Bad Request', 'Path leaves its route through dot segments.')

const refused: [what: string, request: string, answer: string][] = [
  ['of HTTP/0.9', 'GET /\r\n\r\n', OLD],
  ['of HTTP/0.9 that has headers all the same', 'POST /\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello', OLD],
  ['of HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n', UNKNOWN_VERSION],
  ['of HTTP/2.0 in the form of 1.1', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', UNKNOWN_VERSION],
  ['with a method in small letters', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', UNKNOWN_METHOD],
  ['with an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n', UNKNOWN_METHOD],
  // RFC 9112 3.2: a fragment is never part of a request target.
  ['with a fragment', 'GET /a#frag HTTP/1.1\r\nHost: a\r\n\r\n', BAD_TARGET],
  ['with a fragment in absolute form', 'GET http://a/b#frag HTTP/1.1\r\nHost: a\r\n\r\n', BAD_TARGET],
  ['with unencoded bytes beyond ASCII', 'GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n', MALFORMED],
  ['with a target of another scheme', 'GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n', BAD_TARGET],
  ['with an absolute target that has no host', 'GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n', BAD_TARGET],
  ['with two different hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', SEVERAL_HOSTS],
  ['with the same host twice', 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n', SEVERAL_HOSTS],
  ['with a path in its host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', BAD_HOST],
  ['with credentials in its host', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', BAD_HOST],
  ['with two hosts in one line', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', BAD_HOST],
  ['with `..` out of its route', 'GET /app/../secret HTTP/1.1\r\nHost: a\r\n\r\n', ESCAPES],
  ['with an encoded `..` out of its route', 'GET /app/%2e%2E/secret HTTP/1.1\r\nHost: a\r\n\r\n', ESCAPES],
]

for (const [what, request, expected] of refused) {
  test(`a request ${what} is refused and its connection closed`, async () => {
    assert.equal(await askUntilClosed(gateway.port, `${request}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`), expected)
    await assertNothingElseArrived(gateway, backend)
  })
}

test('a request of HTTP/1.1 needs a host', async () => {
  assert.match(await askUntilClosed(gateway.port, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n/)
  await assertNothingElseArrived(gateway, backend)
})

test('a request of HTTP/1.0 needs none', async () => {
  const { code } = await ask(gateway.port, 'GET / HTTP/1.0\r\n\r\n')
  assert.equal(code, 200)
})

test('the host in the target counts, not the Host header', async () => {
  // RFC 9112 3.2.2
  await ask(gateway.port, 'GET http://other.example:81/b?c HTTP/1.1\r\nHost: a\r\n\r\n')
  const request = await backend.next()
  assert.equal(request.line, 'GET /b?c HTTP/1.1')
  assert.deepEqual(request.values('host'), ['other.example:81'])
})

const untouched = [
  '/a/../b',
  '/a/%2e%2e/b',
  '/a/./b',
  '/a//b',
  '//a',
  '/a?',
  '/a?b?c',
  '/%61%2F%00',
  '/q?|{}"<>^`\\',
  '/app/x/../y',
]

for (const target of untouched) {
  test(`the backend gets the target ${target} byte for byte`, async () => {
    const { code } = await ask(gateway.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal(code, 200)
    assert.equal((await backend.next()).line, `GET ${target} HTTP/1.1`)
  })
}

test('an empty line before the request does no harm', async () => {
  // RFC 9112 2.2
  assert.equal((await ask(gateway.port, '\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')).code, 200)
})

for (const [target, path] of [
  ['http://a', '/'],
  ['http://a?q', '/?q'],
  ['HTTP://A/x', '/x'],
]) {
  test(`the target ${target} has the path ${path}`, async () => {
    await ask(gateway.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal((await backend.next()).line, `GET ${path} HTTP/1.1`)
  })
}

test('CONNECT is not allowed', async () => {
  const received = await askUntilClosed(gateway.port, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n')
  assert.match(received, /^HTTP\/1\.1 405 Method Not Allowed\r\n/)
  assert.ok(received.endsWith('\r\n\r\nCONNECT is not supported.\n'), received)
  await assertNothingElseArrived(gateway, backend)
})

test('TRACE is not allowed', async () => {
  const { line, body } = await ask(gateway.port, 'TRACE / HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n\r\n')
  assert.equal(line, 'HTTP/1.1 405 Method Not Allowed')
  assert.equal(body, 'TRACE is not supported.\n')
  await assertNothingElseArrived(gateway, backend)
})

test('OPTIONS * asks the gateway itself', async () => {
  const { code } = await ask(gateway.port, 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.ok(code === 200 || code === 204, String(code))
  await assertNothingElseArrived(gateway, backend)
})

test('OPTIONS of a path asks the backend', async () => {
  await ask(gateway.port, 'OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await backend.next()).line, 'OPTIONS /a HTTP/1.1')
})

for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'REPORT', 'SEARCH']) {
  test(`${method} is forwarded`, async () => {
    const { code } = await ask(gateway.port, `${method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)
    assert.equal(code, 200)
    assert.equal((await backend.next()).line, `${method} /a HTTP/1.1`)
  })
}

const handshake = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'

test('a WebSocket handshake without a key is refused', async () => {
  const { code, body } = await ask(gateway.port, `${handshake}Sec-WebSocket-Version: 13\r\n\r\n`)
  assert.equal(code, 400)
  assert.match(body, /not a valid WebSocket request/)
  await assertNothingElseArrived(gateway, backend)
})

test('a WebSocket handshake of another version is told which one is known', async () => {
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  // RFC 6455 4.4
  const response = await ask(gateway.port, `${handshake}${key}Sec-WebSocket-Version: 8\r\n\r\n`)
  assert.equal(response.code, 426)
  assert.deepEqual(response.values('sec-websocket-version'), ['13'])
  await assertNothingElseArrived(gateway, backend)
})
