import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, startPusud } from '../support/pusud.ts'
import { PING, PONG } from '../support/websocket-frame.ts'

const { port } = await startPusud({ authenticator: 'None' }, { config: { proxy: { websocket_ping_interval: 1 } } })

test('a silent client is pinged, and stays when it answers', async () => {
  const client = await greeted(port)
  for (let n = 0; n < 2; n++) {
    const { opcode, payload } = await client.nextFrame()
    assert.equal(opcode, PING)
    client.sendFrame({ opcode: PONG, payload })
  }
  client.vanish()
})

test('a silent client that does not answer is cut', async () => {
  const client = await greeted(port)
  assert.match(await client.next(), /^ping/)
  assert.deepEqual(await client.closed(), [])
})
