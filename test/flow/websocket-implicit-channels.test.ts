import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: 'none.example',
  routes: [
    'plain.example BACKEND,sub=plain-a,sub=plain-b,sub=',
    'grip.example,prefix=pre- BACKEND,sub=pre-grip-a',
    'refused.example BACKEND,sub=refused',
    'raw.example,no_grip BACKEND,sub=raw',
  ],
})

async function publish(...channels: string[]): Promise<void> {
  await gateway.publish(
    channels.map((channel) => ({ channel, formats: { 'ws-message': { content: `on ${channel}` } } })),
  )
}

test('a backend that knows nothing of GRIP can have channels by its route', async () => {
  const { client, server } = await openPair(gateway, backend, '/', { host: 'plain.example' })
  await held(gateway, 'plain-a')
  await held(gateway, 'plain-b')
  server.sendText('c:{"type":"subscribe","channel":"more"}')
  assert.equal(await client.next(), 'text c:{"type":"subscribe","channel":"more"}')
  await publish('more', 'plain-a', 'plain-b')
  assert.equal(await client.next(), 'text on plain-a')
  assert.equal(await client.next(), 'text on plain-b')
  server.sendText('still relayed')
  assert.equal(await client.next(), 'text still relayed')
})

test('channels of the target have no prefix, and cannot be unsubscribed', async () => {
  backend.accept([GRIP])
  const { client, server } = await openPair(gateway, backend, '/', { host: 'grip.example' })
  await held(gateway, 'pre-grip-a')
  server.control({ type: 'unsubscribe', channel: 'grip-a' })
  server.control({ type: 'unsubscribe', channel: 'pre-grip-a' })
  server.control({ type: 'subscribe', channel: 'end' })
  await held(gateway, 'pre-end')
  await publish('pre-pre-grip-a', 'pre-grip-a', 'pre-end')
  assert.equal(await client.next(), 'text on pre-grip-a')
  assert.equal(await client.next(), 'text on pre-end')
})

test('a route without GRIP may have channels', async () => {
  const { client } = await openPair(gateway, backend, '/', { host: 'raw.example' })
  await held(gateway, 'raw')
  await publish('raw')
  assert.equal(await client.next(), 'text on raw')
})
