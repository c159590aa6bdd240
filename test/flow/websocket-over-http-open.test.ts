import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import type { RawResponse } from '../support/raw-client.ts'
import { refusedWebSocket } from '../support/websocket-client.ts'
import { event, EVENTS, startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { answer } from './origin-answer.ts'
import { openOverHttp } from './open-over-http.ts'

const [dead = 0] = await freePorts(1)
const second = await startWebSocketOverHttpBackend()
after(() => second.stop())
const { gateway, backend } = await startBothForEvents({
  routes: [
    `down.example 127.0.0.1:${dead},over_http`,
    `spare.example 127.0.0.1:${dead},over_http BACKEND,over_http 127.0.0.1:${second.port},over_http`,
  ],
})

const FAILED = 'Error while proxying to origin.\n'

/** Opens a WebSocket that the backend answers with these bytes; what the client is told instead of a 101. */
async function refusal(bytes: string, host = 'localhost'): Promise<RawResponse> {
  backend.handle((request) => request.answerBytes(bytes))
  return refusedWebSocket(gateway.port, '/', { host })
}

test('what the backend says with its OPEN arrives right after the handshake', async () => {
  const { client } = await openOverHttp(gateway, backend, { events: event('TEXT', 'one') + event('TEXT', 'two') })
  assert.equal(await client.next(), 'text one')
  assert.equal(await client.next(), 'text two')
})

test('a backend that refuses: status, headers and body reach the client', async () => {
  const headers = ['Content-Type: application/json', 'X-A: 1', 'Set-Cookie: a=1', 'Set-Cookie: b=2']
  const response = await refusal(answer(headers, '{"no":true}', '403 Not For You'))
  assert.equal(response.line, 'HTTP/1.1 403 Not For You')
  assert.deepEqual(
    response.headers.filter((line) => /^(?:content-type|x-a|set-cookie):/i.test(line)),
    headers,
  )
  assert.equal(response.body, '{"no":true}')
})

test('a refusal of 50,000 bytes is passed on whole', async () => {
  const response = await refusal(answer([], 'x'.repeat(50_000), '400 Bad Request'))
  assert.equal(response.code, 400)
  assert.equal(response.body, 'x'.repeat(50_000))
})

const noEvents: [what: string, type: string][] = [
  ['of another type', 'text/html'],
  ['whose type has a parameter', 'application/websocket-events; charset=utf-8'],
]

for (const [what, type] of noEvents) {
  test(`an answer ${what} is a refusal`, async () => {
    const response = await refusal(answer([`Content-Type: ${type}`], 'OPEN\r\n'))
    assert.equal(response.line, 'HTTP/1.1 200 OK')
    assert.deepEqual(response.values('content-type'), [type])
    assert.equal(response.body, 'OPEN\r\n')
  })
}

test('an answer that is not 200 is a refusal, even with events', async () => {
  const response = await refusal(answer([EVENTS], 'OPEN\r\n', '201 Created'))
  assert.equal(response.code, 201)
})

const broken: [what: string, events: string][] = [
  ['nothing', ''],
  ['something else than OPEN', 'TEXT 2\r\nhi\r\n'],
  ['half an event', 'OPEN'],
  ['what is no event', 'hello world\r\n'],
]

for (const [what, events] of broken) {
  test(`a backend that answers ${what} opens no WebSocket`, async () => {
    const response = await refusal(answer([EVENTS], events))
    assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
    assert.equal(response.body, FAILED)
    assert.equal(backend.requests.length, 1)
  })
}

test('a backend that closes at once lets the client in and out', async () => {
  const { client } = await openOverHttp(gateway, backend, { events: event('CLOSE', '\x0f\xa1bye') })
  assert.equal(await client.next(), 'close 4001 bye')
})

test('when no target can be reached the client is told', async () => {
  const response = await refusedWebSocket(gateway.port, '/', { host: 'down.example' })
  assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
  assert.equal(response.body, FAILED)
})

test('a target that cannot be reached is passed over, by all requests of the WebSocket', async () => {
  const { client } = await openOverHttp(gateway, backend, { host: 'spare.example' })
  client.sendText('hello')
  assert.equal((await backend.next()).body, 'TEXT 5\r\nhello\r\n')
  assert.equal(second.requests.length, 0)
})

test('a refusal is an answer: no other target is tried', async () => {
  const response = await refusal(answer([], 'own', '503 Service Unavailable'), 'spare.example')
  assert.equal(response.code, 503)
  assert.equal(response.body, 'own')
  assert.equal(second.requests.length, 0)
})

test('a backend that cuts the connection instead of answering: the client reads a sentence', async () => {
  backend.handle((request) => request.cut())
  const response = await refusedWebSocket(gateway.port, '/')
  assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
  assert.equal(response.body, FAILED)
})
