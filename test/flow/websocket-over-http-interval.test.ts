import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { handshake } from '../support/websocket-client.ts'
import { openOverHttp } from './open-over-http.ts'

const { gateway, backend } = await startBothForEvents()

// The shortest interval is 20 seconds, which no test waits for: what can be seen of it at once is here.
const INTERVAL = 'Keep-Alive-Interval: 30'

/** A whole WebSocket, to its first message: what was due before has happened by then. */
async function exchange(): Promise<void> {
  const { client } = await openOverHttp(gateway, backend, { events: 'TEXT 5\r\nhello\r\n' })
  assert.equal(await client.next(), 'text hello')
  client.vanish()
  assert.equal((await backend.next()).body, 'DISCONNECT\r\n')
}

test('a backend that is not sure yet answers nothing, and the client waits', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send(handshake('/'))
  const open = await backend.next()
  open.answer('', [INTERVAL])
  await exchange()
  assert.equal(client.pending, '')
  assert.ok(!client.ended)
  client.abort()
})

test('a client that closes waits for a backend that will be asked again', async () => {
  const { client } = await openOverHttp(gateway, backend, { answer: [INTERVAL] })
  client.close(1000)
  ;(await backend.next()).answer()
  await exchange()
  assert.deepEqual(client.waiting, [])
  assert.ok(!client.ended)
})

for (const value of ['0', 'x', '-1', '']) {
  test(`an interval of ${JSON.stringify(value)} is none`, async () => {
    const { client } = await openOverHttp(gateway, backend, { answer: [INTERVAL] })
    client.sendText('a')
    ;(await backend.next()).answer('', [`Keep-Alive-Interval: ${value}`])
    client.close(1000)
    ;(await backend.next()).answer()
    assert.deepEqual(await client.closed(), [])
  })
}
