import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { needs } from '../support/programs.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { frameBytes } from '../support/websocket-frame.ts'
import { RunningCommand, shownCommands } from './console-blocks.ts'
import { controlMessages, frameBlock, httpBlocks, responseBytes, shownRequest } from './websocket-page.ts'

const skip = needs('curl')

const { gateway, backend } = await startBothForWebSockets({
  condition: 'example.com',
  config: { runner: { allow_compression: true, log_level: 3 } },
})

const [handshake = '', passed = '', answer = '', seen = '', , , , , , compressed = ''] = httpBlocks()
const host = { host: 'example.com' }

test('a WebSocket backend gets and answers the bytes of docs/websockets.md', async () => {
  for (const [response, forClient] of [
    [passed, passed],
    [answer, seen],
  ] as const) {
    backend.answer(responseBytes(response))
    const client = await openWebSocket(gateway.port, '/chat', host)
    assert.equal(shownRequest((await backend.next()).bytes).trimEnd(), handshake.trimEnd())
    assert.equal(client.response.bytes, responseBytes(forClient))
    client.vanish()
  }
})

test('the conversation of docs/websockets.md is what happens, byte for byte', { skip }, async () => {
  backend.answer(responseBytes(answer))
  const client = await openWebSocket(gateway.port, '/chat', host)
  const connection = await backend.next()
  for (const { from, to, bytes } of frameBlock(0)) {
    if (from === 'client') client.sendBytes(bytes)
    else if (from === 'backend') connection.sendBytes(bytes)
    else if (to === 'backend') assert.equal(await connection.next(), 'text hi')
    else assert.deepEqual(frameBytes(await client.nextFrame()), bytes)
  }

  const published = frameBlock(1)
  const commands = shownCommands('docs/websockets.md')
  assert.equal(commands.length, published.length)
  for (const [index, { command, output }] of commands.entries()) {
    assert.equal(await new RunningCommand(command, gateway).end(), output)
    assert.deepEqual(frameBytes(await client.nextFrame()), published[index]?.bytes)
  }
  assert.equal(await connection.next(), 'close')
  client.vanish()
})

test('a client that offers compression gets the answer of docs/websockets.md', async () => {
  backend.answer(responseBytes(answer))
  const headers = ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']
  const client = await openWebSocket(gateway.port, '/chat', { ...host, headers })
  assert.equal(client.response.bytes, responseBytes(compressed))
  client.vanish()
})

test('every control message of docs/websockets.md is understood', async () => {
  const messages = controlMessages()
  assert.ok(messages.length > 9)
  backend.accept(['Sec-WebSocket-Extensions: grip'], (connection) => {
    // The last one is for a client that has no backend any more.
    for (const message of messages.filter((text) => !text.includes('detach'))) connection.sendText(message)
    connection.control({ type: 'flush-delayed' })
    connection.sendText('m:end')
  })
  const client = await openWebSocket(gateway.port, '/', host)
  assert.equal(await client.next(), 'text later')
  assert.equal(await client.next(), 'text end')
  assert.deepEqual(gateway.log.matching(/failed to parse grip control message/), [])
  client.vanish()
})
