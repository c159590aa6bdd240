import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, startPusud } from '../support/pusud.ts'

const { port } = await startPusud({ authenticator: 'None', compat: 'strict' })

test('with compat=strict subscribe_ok names no channel and is not repeated', async () => {
  const client = await authorized(port)
  client.sendText('{"type":"subscribe","channel":"channel.1"}')
  assert.equal(await client.next(), 'text {"type":"subscribe_ok"}')
  client.sendText('{"type":"subscribe","channel":"channel.1"}')
  client.ping()
  assert.equal(await client.next(), 'pong')
  client.vanish()
})

test('with compat=strict a mistake ends the connection without a close frame', async () => {
  const client = await authorized(port)
  client.sendText('not json')
  assert.equal(await client.next(), 'text {"type":"unknown_message_received"}')
  client.finish()
  assert.deepEqual(await client.closed(), [])
})
