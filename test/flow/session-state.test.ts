// GRIP 3.10 and 12.9: what a state service remembers of clients between their requests.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, frame, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { startStateService } from './state-service.ts'
import type { StateCall } from './state-service.ts'

const service = await startStateService()
const webSockets = await startWebSocketBackend()
after(() => webSockets.stop())
const { gateway, backend } = await startBoth({
  condition: '*,session',
  routes: ['without.example BACKEND', `*,session,proto=ws 127.0.0.1:${webSockets.port}`],
  config: { handler: { state_spec: service.spec } },
})
beforeEach(() => {
  service.calls.length = 0
  service.answers = { 'session-detect-rules-get': () => [] }
})

const RULE = { domain: 'localhost', 'path-prefix': '/api', 'sid-ptr': '/session/id' }

function post(path: string, body: string, type = 'application/json'): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function called(method: string): Promise<StateCall> {
  const found = (): StateCall | undefined => service.calls.find((call) => call.method === method)
  await until(
    () => found() !== undefined,
    () => `${method} in ${JSON.stringify(service.calls)}`,
  )
  return found() as StateCall
}

test('a backend says how sessions are found and what they know, and the client sees nothing of it', async () => {
  backend.answer(
    longPoll('a', [
      'Grip-Session-Id: s1',
      'Grip-Session-Detect: path-prefix=/api; sid-ptr=/session/id',
      'Grip-Last: a; last-id=5',
    ]),
  )
  const client = await holdOn(gateway, 'a', get('/api/open'))
  assert.deepEqual((await called('session-detect-rules-set')).args, { rules: [RULE] })
  assert.deepEqual((await called('session-create-or-update')).args, { sid: 's1', 'last-ids': { a: '5' } })
  await gateway.publish([reply('a', 'hello')])
  assert.doesNotMatch((await client.response()).bytes, /grip-/i)
  client.abort()
})

test('what was delivered to a session is told', async () => {
  backend.answer(stream('told', ['Grip-Session-Id: s3']))
  const client = await holdOn(gateway, 'told')
  assert.deepEqual((await called('session-create-or-update')).args, { sid: 's3', 'last-ids': {} })
  await gateway.publish([chunk('told', 'x', { id: '6' })])
  assert.deepEqual((await called('session-update-many')).args, { 'sid-last-ids': { s3: { told: '6' } } })
  client.abort()
})

test('a WebSocket can be a session, too', async () => {
  webSockets.accept([GRIP], (server) => {
    server.control({ type: 'session', id: 's4' })
    server.control({ type: 'subscribe', channel: 'socket' })
  })
  const client = await openWebSocket(gateway.port)
  assert.deepEqual((await called('session-create-or-update')).args, { sid: 's4', 'last-ids': {} })
  await held(gateway, 'socket')
  await gateway.publish([frame('socket', 'x', { id: '9' })])
  assert.deepEqual((await called('session-update-many')).args, { 'sid-last-ids': { s4: { socket: '9' } } })
  client.vanish()
})

test('a request that belongs to a session comes with its id and its last ids', async () => {
  service.answers = {
    'session-detect-rules-get': () => [RULE],
    'session-get-last-ids': () => ({ a: '7', b: '8' }),
  }
  await ask(gateway.port, post('/api/poll', '{"session":{"id":"s1"}}'))
  const request = await backend.next()
  assert.deepEqual((await called('session-detect-rules-get')).args, { domain: 'localhost', path: '/api/poll' })
  assert.deepEqual((await called('session-get-last-ids')).args, { sid: 's1' })
  assert.deepEqual(request.values('grip-session-id'), ['s1'])
  assert.deepEqual(request.values('grip-last').toSorted(), ['a; last-id=7', 'b; last-id=8'])
})

test('the id can be in a form', async () => {
  service.answers = {
    'session-detect-rules-get': () => [{ ...RULE, 'json-param': 'data' }],
    'session-get-last-ids': () => ({ a: '7' }),
  }
  const data = encodeURIComponent('{"session":{"id":"s 2"}}')
  await ask(gateway.port, post('/api/poll', `x=1&data=${data}`, 'application/x-www-form-urlencoded'))
  const request = await backend.next()
  assert.deepEqual(request.values('grip-session-id'), ['s 2'])
})

test('a request in which no session is found goes on without one', async () => {
  service.answers = { 'session-detect-rules-get': () => [RULE], 'session-get-last-ids': () => undefined }
  for (const body of ['{"session":{}}', '{"session"', '[]', '{"session":{"id":7}}']) {
    await ask(gateway.port, post('/api/poll', body))
    const request = await backend.next()
    assert.deepEqual(request.values('grip-session-id'), [], body)
    assert.equal(request.body, body)
  }
})

test('a route without the condition asks for no sessions', async () => {
  backend.answer(answer(['Grip-Session-Id: s1', 'Grip-Last: a; last-id=5'], 'x'))
  const response = await ask(gateway.port, post('/api/poll', '{}').replace('localhost', 'without.example'))
  assert.equal(response.body, 'x')
  assert.doesNotMatch(response.bytes, /grip-/i)
  assert.deepEqual(service.calls, [])
})
