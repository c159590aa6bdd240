import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { EventRequest } from '../support/websocket-over-http-backend.ts'
import { httpBlocks, responseBytes, rowSpans, shownRequest } from './websocket-page.ts'

const { gateway, backend } = await startBothForEvents()

const [, , , , opening = '', opened = '', seen = '', request = '', answer = ''] = httpBlocks()

function assertShown({ request: { bytes } }: EventRequest, block: string): void {
  assert.equal(shownRequest(bytes), block)
}

async function open(): Promise<WebSocketClient> {
  const options = { host: 'example.com', headers: ['Origin: https://app.example'] }
  const client = openWebSocket(gateway.port, '/chat', options)
  const first = await backend.next()
  assertShown(first, opening)
  first.answerBytes(responseBytes(opened))
  return client
}

test('a backend over HTTP gets and answers the bytes of docs/websockets.md', async () => {
  const client = await open()
  assert.equal(client.response.bytes, responseBytes(seen))
  assert.equal(await client.next(), 'text hello')
  client.sendText('hi')
  const second = await backend.next()
  assertShown(second, request)

  const [together = ''] = rowSpans('two messages came while the request before was answered')
  client.sendText('a')
  client.sendText('b')
  client.ping()
  const [ping = '', pong = ''] = rowSpans('the client pings')
  // What was sent before it has been read when its answer is there.
  await gateway.publish([{ channel: 'news', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await client.next(), 'text published')
  second.answerBytes(responseBytes(answer))
  assert.equal(await client.next(), 'text you said hi')
  const third = await backend.next()
  assert.equal(third.body, together + ping)
  third.answer(pong)
  assert.equal(await client.next(), 'pong')

  const [close = '', closed = ''] = rowSpans('the client closes')
  client.close(1000, 'bye')
  const last = await backend.next()
  assert.equal(last.body, close)
  last.answer(closed)
  assert.equal(await client.next(), 'close 1000 bye')
  client.vanish()
})

test('a backend over HTTP hears of a client that is gone as docs/websockets.md says', async () => {
  const client = await open()
  client.vanish()
  const [body = ''] = rowSpans('the client is gone without a close')
  assert.equal((await backend.next()).body, body)
})

test('what a backend has not accepted comes again as docs/websockets.md says', async () => {
  const client = await open()
  const [first = '', accepted = ''] = rowSpans('`hello`')
  client.sendText('hello')
  const request = await backend.next()
  assert.equal(request.body, first)
  request.answer('', [accepted])
  const [replayed = '', second = ''] = rowSpans('`you`, with `Content-Bytes-Replayed: 2`')
  client.sendText('you')
  const again = await backend.next()
  assert.equal(again.body, replayed)
  assert.equal(again.value('content-bytes-replayed'), '2')
  assert.equal(second, '')
  client.vanish()
})
