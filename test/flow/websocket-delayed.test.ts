import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets()

async function openGrip(): Promise<Pair> {
  backend.accept([GRIP])
  return openPair(gateway, backend)
}

test('a delayed message comes after what is said meanwhile', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'send-delayed', content: 'later', timeout: 1 })
  server.sendText('m:now')
  assert.equal(await client.next(), 'text now')
  assert.equal(await client.next(), 'text later')
})

test('without a delay of its own it is delayed by default', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'send-delayed', content: 'later' })
  server.sendText('m:now')
  assert.equal(await client.next(), 'text now')
  assert.equal(await client.next(), 'text later')
})

test('a second delayed message sends the first at once', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'send-delayed', content: 'first', timeout: 3600 })
  server.control({ type: 'send-delayed', content: 'second', timeout: 3600 })
  assert.equal(await client.next(), 'text first')
  server.control({ type: 'flush-delayed' })
  assert.equal(await client.next(), 'text second')
})

const kinds: [what: string, fields: object, frame: string][] = [
  ['text', { content: 'grüße', 'message-type': 'text' }, 'text grüße'],
  ['binary data', { content: 'ab', 'message-type': 'binary' }, 'binary 6162'],
  ['base64', { 'content-bin': 'AAH/', 'message-type': 'binary' }, 'binary 0001ff'],
  ['base64 of no type', { 'content-bin': 'YWI=' }, 'text ab'],
  ['a ping', { content: '', 'message-type': 'ping' }, 'ping'],
  ['a pong', { content: '', 'message-type': 'pong' }, 'pong'],
]

test('delayed messages are sent before their time when the backend says so, of every kind', async () => {
  const { client, server } = await openGrip()
  for (const [what, fields, frame] of kinds) {
    server.control({ type: 'send-delayed', timeout: 3600, ...fields })
    server.control({ type: 'flush-delayed' })
    assert.equal(await client.next(), frame, what)
  }
})

test('a message is sent once, whether it was flushed once or twice', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'send-delayed', content: 'once', timeout: 3600 })
  server.control({ type: 'flush-delayed' })
  server.control({ type: 'flush-delayed' })
  server.control({ type: 'send-delayed', content: 'end', timeout: 3600 })
  server.control({ type: 'flush-delayed' })
  assert.equal(await client.next(), 'text once')
  assert.equal(await client.next(), 'text end')
})
