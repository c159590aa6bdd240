import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { assertNothingElseArrived } from '../support/nothing-else-arrived.ts'
import { ask, RawClient } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

test('a client that waits to be asked for its body is asked', async () => {
  // RFC 9110 10.1.1
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
  assert.equal((await client.response()).bytes, 'HTTP/1.1 100 Continue\r\n\r\n')
  client.send('hello')
  assert.equal((await client.response()).code, 200)
  client.abort()
  const request = await backend.next()
  assert.equal(request.body, 'hello')
  assert.deepEqual(request.values('expect'), [])
})

test('a body that does not wait is taken as well', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello')
  assert.equal((await client.response()).code, 100)
  assert.equal((await client.response()).code, 200)
  client.abort()
  assert.equal((await backend.next()).body, 'hello')
})

test('an expectation that nobody knows fails', async () => {
  const { line } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: foo\r\n\r\n')
  assert.equal(line, 'HTTP/1.1 417 Expectation Failed')
  assert.deepEqual(backend.requests, [])
})

test('the body behind a failed expectation is no request', async () => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
  const head = `POST / HTTP/1.1\r\nHost: a\r\nExpect: foo\r\nContent-Length: ${smuggled.length}\r\n\r\n`
  assert.equal((await ask(gateway.port, head + smuggled)).code, 417)
  await assertNothingElseArrived(gateway, backend)
})

test('a client of HTTP/1.0 is not told to continue', async () => {
  const head = 'POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello'
  assert.equal((await ask(gateway.port, head)).code, 200)
})

test("a backend's own 100 Continue does not end the request", async () => {
  backend.script = {
    whole: (socket) => void socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  }
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello')
  let response = await client.response()
  if (response.code === 100) response = await client.response()
  client.abort()
  assert.equal(response.code, 200)
  assert.equal(response.body, 'ok')
  assert.equal(backend.requests.length, 1)
})
