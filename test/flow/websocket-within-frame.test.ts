import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { handshake } from '../support/websocket-client.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({ config: { proxy: { websocket_ping_interval: 2 } } })

/** A WebSocket to whose client a frame of the backend is under way, of which half has come. */
async function inTheMiddle(channel: string): Promise<{ client: RawClient; rest: () => void }> {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel }))
  const client = await RawClient.connect(gateway.port)
  client.send(handshake('/'))
  const server = await backend.next()
  await held(gateway, channel)
  const frame = server.bytesOf({ payload: 'm:abcdefgh' })
  server.sendBytes(frame.subarray(0, -4))
  await client.until('\x81\x08abcd')
  return { client, rest: () => server.sendBytes(frame.subarray(-4)) }
}

/** All that came behind the handshake, once the connection is over. */
async function framesOf(client: RawClient): Promise<string> {
  await client.closed()
  return client.pending.split('\r\n\r\n').slice(1).join('\r\n\r\n')
}

test('a ping of the gateway waits for the end of a frame that is under way', async () => {
  const { client, rest } = await inTheMiddle('pinged')
  // It has been silent as long as this one, and a little longer.
  const other = await openPair(gateway, backend)
  assert.match(await other.client.next(), /^ping /)
  rest()
  const all = await client.until('\x89\x08')
  assert.ok(all.includes('\x81\x08abcdefgh\x89\x08'), all)
  client.abort()
})

test('a client that makes a mistake while a frame is on its way to it gets no close frame into that', async () => {
  const { client } = await inTheMiddle('mistaken')
  client.send('\xff\xff')
  assert.equal(await framesOf(client), '\x81\x08abcd')
})

test('a close that is published while a frame is under way does not get into that', async () => {
  const { client } = await inTheMiddle('closed')
  await gateway.publish([{ channel: 'closed', formats: { 'ws-message': { action: 'close', code: 4000 } } }])
  await until(() => client.ended, 'the end')
  assert.equal(await framesOf(client), '\x81\x08abcd')
})
