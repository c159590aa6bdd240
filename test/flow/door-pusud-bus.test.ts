import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBackend } from '../support/recording-backend.ts'
import { startWebSocketBackend, GRIP } from '../support/websocket-backend.ts'
import { authorized, listener, startPusud } from '../support/pusud.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held, holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'

const backend = await startBackend()
const webSockets = await startWebSocketBackend()
const { gateway, port } = await startPusud(
  { authenticator: 'None', prefix: 'p-' },
  { routes: [`*,proto=http 127.0.0.1:${backend.port}`, `*,proto=ws 127.0.0.1:${webSockets.port}`] },
)
after(() => Promise.all([backend.stop(), webSockets.stop()]))

test('what a client publishes reaches streams, WebSockets and long polls as its content', async () => {
  backend.answer(stream('p-all'))
  const streaming = await holdOn(gateway, 'p-all')
  backend.answer(longPoll('p-all'))
  const polling = await holdOn(gateway, 'p-all', undefined, 2)
  webSockets.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'p-all' }))
  const webSocket = await openWebSocket(gateway.port)
  await held(gateway, 'p-all', 3)
  const client = await authorized(port)
  client.sendText('{"type":"publish","channel":"all","content":"gr\\u00fc\\u00dfe"}')
  assert.equal(await webSocket.next(), 'text grüße')
  const response = await polling.response()
  assert.equal(response.body, Buffer.from('grüße').toString('latin1'))
  assert.deepEqual(response.values('content-type'), ['text/plain'])
  await streaming.until(Buffer.from('grüße').toString('latin1'))
  client.sendText('{"type":"publish","channel":"all","content":{"a": [1]}}')
  assert.equal(await webSocket.next(), 'text {"a":[1]}')
  await streaming.until('{"a":[1]}')
  client.sendText('{"type":"publish","channel":"all"}')
  assert.equal(await webSocket.next(), 'text')
  for (const each of [client, webSocket]) each.vanish()
  for (const each of [streaming, polling]) each.abort()
})

const published: [what: string, item: object, frame: string][] = [
  ['text', { 'ws-message': { content: 'a "b"' } }, '"a \\"b\\""'],
  ['a line of a stream', { 'http-stream': { content: 'line\n' } }, '"line\\n"'],
  ['a body', { 'http-response': { body: 'body' } }, '"body"'],
  ['what only looks like JSON', { 'ws-message': { content: '{"a": 1}' } }, '"{\\"a\\": 1}"'],
]

for (const [what, formats, content] of published) {
  test(`clients get what others publish: ${what}`, async () => {
    const client = await listener(port, 'news')
    await gateway.publish([{ channel: 'p-news', formats }])
    assert.equal(await client.next(), `text {"type":"publish","channel":"news","content":${content}}`)
    client.vanish()
  })
}

test('what is published as JSON stays JSON, as it is written', async () => {
  const client = await listener(port, 'json')
  const meta = { 'content-type': 'application/json' }
  for (const content of ['{"a": 1.0}', 'not json'])
    await gateway.publish([{ channel: 'p-json', meta, formats: { 'ws-message': { content } } }])
  assert.equal(await client.next(), 'text {"type":"publish","channel":"json","content":{"a": 1.0}}')
  assert.equal(await client.next(), 'text {"type":"publish","channel":"json","content":"not json"}')
  client.vanish()
})

test('what is not text, and what only closes others, says nothing to clients', async () => {
  const client = await listener(port, 'odd')
  const formats = [{ 'ws-message': { 'content-bin': '/w==' } }, { 'http-stream': { action: 'close' } }]
  for (const format of formats) await gateway.publish([{ channel: 'p-odd', formats: format }])
  await gateway.publish([{ channel: 'p-odd', formats: { 'ws-message': { content: 'end' } } }])
  assert.equal(await client.next(), 'text {"type":"publish","channel":"odd","content":"end"}')
  client.vanish()
})
