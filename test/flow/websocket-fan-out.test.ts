import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const CLIENTS = 50
const MESSAGES = 1000
const BATCH = 50

const { gateway, backend } = await startBothForWebSockets({ workers: 2 })

test('fifty WebSockets of two workers get a thousand messages each: all, once and in order', async () => {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'all' }))
  const pairs: Pair[] = []
  while (pairs.length < CLIENTS) pairs.push(await openPair(gateway, backend))
  await held(gateway, 'all', CLIENTS)

  for (let start = 0; start < MESSAGES; start += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => ({
      channel: 'all',
      formats: { 'ws-message': { content: String(start + index) } },
    }))
    await gateway.publish(items)
  }
  for (const { client } of pairs) {
    for (let index = 0; index < MESSAGES; index++) assert.equal(await client.next(), `text ${index}`)
  }
  // Whatever was sent twice would be before this.
  for (const { server } of pairs) server.sendText('m:end')
  for (const { client } of pairs) assert.equal(await client.next(), 'text end')
})
