// GRIP 4.7 and 7.3: filters of WebSockets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets()

async function openWith(channel: string, filter: string, ...controls: object[]): Promise<Pair> {
  backend.accept([GRIP], (server) => {
    for (const control of controls) server.control(control)
    server.control({ type: 'subscribe', channel, filters: [filter] })
  })
  const pair = await openPair(gateway, backend)
  await held(gateway, channel)
  return pair
}

function message(channel: string, content: string, meta: Record<string, string> = {}): object {
  return { channel, meta, formats: { 'ws-message': { content } } }
}

test('a client does not get back what its own user has published', async () => {
  const { client, server } = await openWith('own', 'skip-self', { type: 'set-meta', name: 'user', value: 'alice' })
  await gateway.publish([message('own', 'by alice', { sender: 'alice' }), message('own', 'by bob', { sender: 'bob' })])
  assert.equal(await client.next(), 'text by bob')
  server.control({ type: 'set-meta', name: 'user' })
  server.control({ type: 'subscribe', channel: 'own-end' })
  await held(gateway, 'own-end')
  await gateway.publish([message('own', 'by alice', { sender: 'alice' })])
  assert.equal(await client.next(), 'text by alice')
})

test('what is published is filled in for each client', async () => {
  const { client } = await openWith('vars', 'var-subst', { type: 'set-meta', name: 'user', value: 'alice' })
  await gateway.publish([message('vars', 'hello %(user)s')])
  assert.equal(await client.next(), 'text hello alice')
})

test('a subscription that is made again has the new filters only', async () => {
  const { client, server } = await openWith('again', 'skip-self', { type: 'set-meta', name: 'user', value: 'alice' })
  server.control({ type: 'subscribe', channel: 'again' })
  server.control({ type: 'subscribe', channel: 'again-end' })
  await held(gateway, 'again-end')
  await gateway.publish([message('again', 'by alice', { sender: 'alice' })])
  assert.equal(await client.next(), 'text by alice')
})
