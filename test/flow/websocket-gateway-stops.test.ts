import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'

test('a client is told when the gateway stops', async () => {
  const gateway = await startGateway({ routes: ['* test'] })
  const client = await openWebSocket(gateway.port, '/ws')
  client.sendText('a')
  assert.equal(await client.next(), 'text a')
  await gateway.stop()
  assert.equal(await client.next(), 'close 1001')
  assert.deepEqual(await client.closed(), [])
})
