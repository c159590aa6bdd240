import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { BackendWebSocket } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { held } from './held.ts'
import { answer } from './origin-answer.ts'

const http = await startBackend()
const { gateway, backend } = await startBothForWebSockets({
  condition: '*,proto=ws,session',
  routes: [`*,proto=http,session 127.0.0.1:${http.port}`, 'plain.example,proto=ws BACKEND'],
})
after(() => http.stop())

async function open(sid: string, channel: string, host = 'localhost'): Promise<[WebSocketClient, BackendWebSocket]> {
  backend.accept([GRIP], (connection) => {
    connection.control({ type: 'session', id: sid })
    connection.control({ type: 'subscribe', channel })
  })
  const client = await openWebSocket(gateway.port, '/', { host })
  await held(gateway, channel)
  return [client, await backend.next()]
}

async function publish(channel: string, id: string): Promise<void> {
  await gateway.publish([{ channel, id, formats: { 'ws-message': { content: id } } }])
}

/** What the HTTP backend is told that the session has seen. */
async function seen(sid: string): Promise<string[]> {
  http.reset()
  http.answer(answer(['Grip-Session-Detect: path-prefix=/; sid-ptr=']))
  await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await http.next()
  const body = JSON.stringify(sid)
  await ask(gateway.port, `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  return (await http.next()).values('grip-last')
}

test('what a WebSocket with a session was sent is told when the session comes back over HTTP', async () => {
  const [client] = await open('w1', 'a')
  await publish('a', '1')
  await publish('a', '2')
  assert.equal(await client.next(), 'text 1')
  assert.equal(await client.next(), 'text 2')
  assert.deepEqual(await seen('w1'), ['a; last-id=2'])
  client.vanish()
})

test('after its session has ended, a WebSocket adds nothing to it', async () => {
  const [client, connection] = await open('w2', 'b')
  await publish('b', '1')
  assert.equal(await client.next(), 'text 1')
  connection.control({ type: 'session' })
  connection.control({ type: 'subscribe', channel: 'b2' })
  await held(gateway, 'b2')
  await publish('b', '2')
  assert.equal(await client.next(), 'text 2')
  assert.deepEqual(await seen('w2'), ['b; last-id=1'])
  client.vanish()
})

test('on a route without sessions a WebSocket has none', async () => {
  const [client] = await open('w3', 'c', 'plain.example')
  await publish('c', '1')
  assert.equal(await client.next(), 'text 1')
  assert.deepEqual(await seen('w3'), [])
  client.vanish()
})
