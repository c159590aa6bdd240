import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPushd } from '../support/pushd.ts'
import { RawClient } from '../support/raw-client.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { get, held } from './held.ts'

const { gateway, connect } = await startPushd({ prefix: 'old-' }, { workers: 2 })

test('what is published over HTTP reaches the clients of the door, in every format', async () => {
  const a = await connect()
  await a.asks('sub news\n', 'SUBSCRIBED news\n')
  await gateway.publish([
    { channel: 'old-news', formats: { 'http-stream': { content: 'stream' } } },
    { channel: 'old-news', formats: { 'ws-message': { content: 'socket' }, 'http-stream': { content: 'not this' } } },
    { channel: 'old-news', formats: { 'http-response': { body: 'response' } } },
    { channel: 'old-news', formats: { 'http-stream': { action: 'close' } } },
    { channel: 'news', formats: { 'http-stream': { content: 'of somebody else' } } },
    { channel: 'old-news', formats: { 'http-stream': { content: 'two\r\nlines' } } },
  ])
  await a.gets('stream\nsocket\nresponse\ntwo lines\n')
})

test('what a client of the door publishes reaches streams, long polls and WebSockets', async () => {
  const stream = await RawClient.connect(gateway.port)
  stream.send(get('/stream?channel=old-all'))
  const poll = await RawClient.connect(gateway.port)
  poll.send(get('/response?channel=old-all'))
  const socket = await openWebSocket(gateway.port, '/ws?channel=old-all')
  await held(gateway, 'old-all', 3)
  const a = await connect()
  await a.asks('pub all hello you\n', 'PUBLISHED\n')
  await stream.until('\r\n9\r\nhello you\r\n')
  const response = await poll.response()
  assert.equal(response.body, 'hello you')
  assert.deepEqual(response.values('content-type'), ['text/plain'])
  assert.equal(await socket.next(), 'text hello you')
  await a.asks('pub all \xff\n', 'PUBLISHED\n')
  assert.match(await socket.next(), /^binary /)
  for (const client of [stream, poll]) client.abort()
  socket.vanish()
})
