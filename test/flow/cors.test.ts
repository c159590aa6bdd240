// GRIP 8.3
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBoth } from '../support/gateway-and-backend.ts'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { refusedWebSocket } from '../support/websocket-client.ts'
import { get, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { shown } from './shown.ts'

const [dead = 0] = await freePorts(1)
const { gateway, backend } = await startBoth({
  condition: '*,aco',
  routes: [
    'plain.example BACKEND',
    `down.example,aco 127.0.0.1:${dead}`,
    'down.example,proto=ws,aco BACKEND',
    'gripless.example,aco,no_grip BACKEND',
  ],
})

const METHODS = 'Access-Control-Allow-Methods: OPTIONS, HEAD, GET, POST, PUT, DELETE'
const CREDENTIALS = 'Access-Control-Allow-Credentials: true'
const ORIGIN = 'Access-Control-Allow-Origin: http://page.example'
const ANYONE = 'Access-Control-Allow-Origin: *'
const MAX_AGE = 'Access-Control-Max-Age: 3600'
const FROM_PAGE = ['Origin: http://page.example']

/** What the gateway answers by itself, to a page. */
function error(line: string, body: string): string[] {
  const length = `Content-Length: ${body.length}`
  return [line, 'Content-Type: text/plain', METHODS, CREDENTIALS, ORIGIN, MAX_AGE, length, '', body]
}

test('a relayed response is for pages of every origin, with its own headers exposed', async () => {
  backend.answer(answer(['Content-Type: text/plain', 'X-A: 1'], 'hello'))
  assert.deepEqual(shown(await ask(gateway.port, get('/', FROM_PAGE))), [
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain',
    'X-A: 1',
    'Content-Length: 5',
    METHODS,
    'Access-Control-Expose-Headers: X-A',
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    '',
    'hello',
  ])
})

test('the backend sees the Origin and may answer it itself', async () => {
  backend.answer(answer(['Access-Control-Allow-Origin: http://other', 'Access-Control-Allow-Credentials: false']))
  const { headers } = await ask(gateway.port, get('/', FROM_PAGE))
  assert.deepEqual((await backend.next()).values('origin'), ['http://page.example'])
  assert.deepEqual(headers, [
    'Access-Control-Allow-Origin: http://other',
    'Access-Control-Allow-Credentials: false',
    'Content-Length: 0',
    METHODS,
    MAX_AGE,
  ])
})

test('a preflight goes to the backend, whose answer allows what is asked for', async () => {
  backend.answer('HTTP/1.1 204 No Content\r\n\r\n')
  const lines = ['Access-Control-Request-Method: PATCH', 'Access-Control-Request-Headers: x-a,x-b']
  const request = get('/path', [...FROM_PAGE, ...lines]).replace('GET', 'OPTIONS')
  assert.deepEqual(shown(await ask(gateway.port, request)), [
    'HTTP/1.1 204 No Content',
    'Access-Control-Allow-Methods: PATCH',
    'Access-Control-Allow-Headers: x-a, x-b',
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    '',
    '',
  ])
  const preflight = await backend.next()
  assert.equal(preflight.line, 'OPTIONS /path HTTP/1.1')
  assert.deepEqual(preflight.values('access-control-request-method'), ['PATCH'])
})

test('what caches keep is kept for one origin', async () => {
  backend.answer('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
  const { headers } = await ask(gateway.port, get('/', FROM_PAGE))
  assert.deepEqual(headers, [
    'ETag: "1"',
    METHODS,
    'Access-Control-Expose-Headers: ETag',
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    'Vary: Origin',
  ])
})

test('a response without GRIP has them too, but does not expose instructions', async () => {
  backend.answer(answer(['Grip-Hold: response', 'X-A: 1']))
  const { headers } = await ask(gateway.port, get('/').replace('localhost', 'gripless.example'))
  assert.deepEqual(headers, [
    'Grip-Hold: response',
    'X-A: 1',
    'Content-Length: 0',
    METHODS,
    'Access-Control-Expose-Headers: X-A',
    CREDENTIALS,
    ANYONE,
    MAX_AGE,
  ])
})

test('a response without a hold, and the head of a stream', async () => {
  backend.answer(answer(['Grip-Status: 403', 'X-A: 1'], 'no'))
  assert.deepEqual(shown(await ask(gateway.port, get('/', FROM_PAGE))), [
    'HTTP/1.1 403 Forbidden',
    'X-A: 1',
    METHODS,
    'Access-Control-Expose-Headers: X-A',
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    'Content-Length: 2',
    '',
    'no',
  ])
  backend.answer(stream('stream', ['Content-Type: text/event-stream'], ': hi\n\n'))
  const client = await holdOn(gateway, 'stream', get('/', FROM_PAGE))
  await client.until(': hi\n\n')
  await gateway.publish([{ channel: 'stream', formats: { 'http-stream': { action: 'close' } } }])
  assert.deepEqual(shown(await client.response()), [
    'HTTP/1.1 200 OK',
    'Content-Type: text/event-stream',
    METHODS,
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    'Transfer-Encoding: chunked',
    '',
    ': hi\n\n',
  ])
  client.abort()
})

test('a stream that is too large to read whole has them in its head', async () => {
  const body = 'x'.repeat(150_000)
  backend.answer(stream('large', [], body))
  const client = await holdOn(gateway, 'large', get('/', FROM_PAGE))
  await gateway.publish([{ channel: 'large', formats: { 'http-stream': { action: 'close' } } }])
  const response = await client.response()
  assert.deepEqual(response.headers.slice(0, 4), [METHODS, CREDENTIALS, ORIGIN, MAX_AGE])
  assert.equal(response.body, body)
  client.abort()
})

test('a published long poll has them for the headers that are sent', async () => {
  backend.answer(longPoll('poll', ['Content-Type: text/plain', 'X-Held: 1'], 'nothing'))
  const client = await holdOn(gateway, 'poll', get('/', FROM_PAGE))
  const formats = { 'http-response': { code: 201, headers: { 'X-New': '2' }, body: 'new' } }
  await gateway.publish([{ channel: 'poll', formats }])
  assert.deepEqual(shown(await client.response()), [
    'HTTP/1.1 201 Created',
    'Content-Type: text/plain',
    'X-Held: 1',
    'X-New: 2',
    METHODS,
    'Access-Control-Expose-Headers: X-Held, X-New',
    CREDENTIALS,
    ORIGIN,
    MAX_AGE,
    'Content-Length: 3',
    '',
    'new',
  ])
  backend.answer(answer([], 'next'))
  client.send(get('/next'))
  assert.equal((await client.response()).body, 'next')
  client.abort()
})

test('the timeout of a long poll has them', { timeout: 30_000 }, async () => {
  backend.answer(longPoll('timeout', ['Grip-Timeout: 5'], 'nothing'))
  const { headers, body } = await ask(gateway.port, get('/', FROM_PAGE), { limit: 20_000 })
  assert.deepEqual(headers, [METHODS, CREDENTIALS, ORIGIN, MAX_AGE, 'Content-Length: 7'])
  assert.equal(body, 'nothing')
})

test('a page can read what went wrong', async () => {
  const FAILED = error('HTTP/1.1 502 Bad Gateway', 'Error while proxying to origin.\n')
  assert.deepEqual(shown(await ask(gateway.port, get('/', FROM_PAGE).replace('localhost', 'down.example'))), FAILED)
  backend.answer(answer(['Grip-Hold: never']))
  assert.deepEqual(shown(await ask(gateway.port, get('/', FROM_PAGE))), FAILED)
})

test('a WebSocket needs no such headers, and its refusals have none', async () => {
  for (const host of ['localhost', 'down.example']) {
    backend.answer(answer(['X-A: 1'], 'no', '403 Forbidden'))
    const { code, headers } = await refusedWebSocket(gateway.port, '/?callback=cb', { host, headers: FROM_PAGE })
    assert.equal(code, 403)
    assert.deepEqual(
      headers.filter((line) => line.startsWith('Access-Control')),
      [],
    )
  }
})

test('a route without aco has none, and takes no JSON-P', async () => {
  backend.answer(answer(['X-A: 1'], 'hello'))
  const request = get('/?callback=cb', FROM_PAGE).replace('localhost', 'plain.example')
  assert.deepEqual(shown(await ask(gateway.port, request)), [
    'HTTP/1.1 200 OK',
    'X-A: 1',
    'Content-Length: 5',
    '',
    'hello',
  ])
  assert.equal((await backend.next()).line, 'GET /?callback=cb HTTP/1.1')
})

test('auto_cross_origin is for all routes, and for requests that no route takes', async () => {
  const all = await startGateway({
    routes: [`a.example 127.0.0.1:${backend.port}`],
    config: { proxy: { auto_cross_origin: true } },
  })
  try {
    const ok = await ask(all.port, get('/', FROM_PAGE).replace('localhost', 'a.example'))
    assert.deepEqual(ok.headers, ['Content-Length: 2', METHODS, CREDENTIALS, ORIGIN, MAX_AGE])
    assert.deepEqual(
      shown(await ask(all.port, get('/', FROM_PAGE))),
      error('HTTP/1.1 502 Bad Gateway', 'Route not found\n'),
    )
    const client = await RawClient.connect(all.port)
    client.send(get('/?callback=cb').replace('localhost', 'a.example'))
    assert.match((await client.response()).body, /^\/\*\*\/cb\(\{"code": 200, /)
    client.abort()
  } finally {
    await all.stop()
  }
})
