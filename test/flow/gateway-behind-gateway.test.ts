// GRIP 2.4 and 2.6: two gateways in a row. The first one, at the edge, holds; the second one lets pass what that has signed.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { hs256Token, verifiedClaims } from '../support/token.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { byPath } from './answer-by-path.ts'
import { get, held } from './held.ts'
import { chunk, frame, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const backend = await startBackend()
const webSockets = await startWebSocketBackend()
const target = `127.0.0.1:${backend.port}`
const inner = await startGateway({
  routes: [
    `* ${target}`,
    `*,proto=ws 127.0.0.1:${webSockets.port}`,
    `plain.example,sig_key=inner ${target}`,
    `marks.example,orig_headers ${target}`,
  ],
  config: {
    proxy: {
      upstream_key: 'chain',
      sig_key: 'inner',
      x_forwarded_for: 'truncate:0',
      x_forwarded_for_trusted: 'append',
    },
  },
})
const edge = await startGateway({
  routes: [
    `* 127.0.0.1:${inner.port}`,
    `marks.example,orig_headers 127.0.0.1:${inner.port}`,
    `direct.example,orig_headers ${target}`,
    `stranger.example,sig_iss=other,sig_key=other 127.0.0.1:${inner.port}`,
  ],
  config: {
    proxy: {
      sig_iss: 'edge',
      sig_key: 'chain',
      x_forwarded_for: 'truncate:0,append',
      orig_headers_need_mark: 'X-Need',
    },
  },
})
beforeEach(() => {
  backend.reset()
  webSockets.reset()
})
after(async () => {
  await edge.stop()
  await inner.stop()
  await backend.stop()
  await webSockets.stop()
})

async function through(gateway: Gateway, host: string, headers: readonly string[] = []): Promise<RecordedRequest> {
  assert.equal((await ask(gateway.port, get('/', headers).replace('localhost', host))).code, 200)
  return backend.next()
}

function marked({ headers }: RecordedRequest): string[] {
  return headers.filter((line) => /^(?:eb9bf0f5-)?x-(?:a|b|need)/i.test(line))
}

test('what the edge has signed reaches the backend as the edge has signed it', async () => {
  const request = await through(edge, 'a', ['Grip-Sig: forged', 'Grip-Last: forged'])
  const tokens = request.values('grip-sig')
  assert.equal(tokens.length, 1)
  assert.equal(verifiedClaims(tokens[0] ?? '', 'chain')['iss'], 'edge')
  assert.equal(request.values('grip-feature').length, 1)
  assert.deepEqual(request.values('grip-last'), [])
})

test('a gateway in front that is not trusted is a client like others', async () => {
  backend.answer(answer(['Grip-Status: 404 Nothing'], 'x'))
  const response = await ask(edge.port, get('/').replace('localhost', 'stranger.example'))
  assert.equal(response.line, 'HTTP/1.1 404 Nothing')
  const request = await backend.next()
  assert.equal(verifiedClaims(request.values('grip-sig')[0] ?? '', 'inner')['iss'], 'pushpin')
})

test('the edge holds long polls, and what is published there answers them', async () => {
  backend.answer(longPoll('poll', [], 'timeout'))
  const client = await RawClient.connect(edge.port)
  client.send(get('/'))
  await held(edge, 'poll')
  assert.deepEqual(inner.log.matching(/ channel=poll$/), [])
  await inner.publish([reply('poll', 'from inside')])
  await inner.log.waitFor(/publish channel=poll receivers=0$/)
  await edge.publish([reply('poll', 'from the edge')])
  assert.equal((await client.response()).body, 'from the edge')
  client.abort()
})

test('the edge asks through the inner gateway what a stream has missed', async () => {
  backend.script = byPath({
    '/': stream('missed; prev-id=1', ['Grip-Link: </next>; rel=next'], '1,'),
    '/next': stream('missed; prev-id=3', ['Grip-Link: </next>; rel=next'], '2,3,'),
  })
  const client = await RawClient.connect(edge.port)
  client.send(get('/'))
  await held(edge, 'missed')
  await edge.publish([chunk('missed', '3,', { id: '3', 'prev-id': '2' })])
  await streamed(client, '1,2,3,')
  const [, next] = backend.requests
  assert.deepEqual(next?.values('grip-last'), ['missed; last-id=1'])
  assert.equal(verifiedClaims(next?.values('grip-sig')[0] ?? '', 'chain')['iss'], 'edge')
  client.abort()
})

test('a WebSocket is subscribed at the edge', async () => {
  webSockets.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'ws' }))
  const client = await openWebSocket(edge.port)
  const server = await webSockets.next()
  assert.deepEqual(server.values('sec-websocket-extensions'), ['grip'])
  assert.equal(verifiedClaims(server.values('grip-sig')[0] ?? '', 'chain')['iss'], 'edge')
  await held(edge, 'ws')
  await edge.publish([frame('ws', 'hello')])
  assert.equal(await client.next(), 'text hello')
  server.sendText('m:relayed')
  server.sendText('neither')
  server.sendText('m:again')
  assert.equal(await client.next(), 'text relayed')
  assert.equal(await client.next(), 'text again')
  client.sendText('m:up')
  assert.equal(await server.next(), 'text m:up')
  assert.deepEqual(inner.log.matching(/ channel=ws$/), [])
  client.vanish()
})

test('addresses: the edge tells the client, and the inner gateway adds the edge to what it is told', async () => {
  const request = await through(edge, 'a', ['X-Forwarded-For: 6.6.6.6'])
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1, 127.0.0.1'])
  const untrusted = await through(inner, 'a', ['X-Forwarded-For: 6.6.6.6'])
  assert.deepEqual(untrusted.values('x-forwarded-for'), [])
})

test('orig_headers: the edge passes what the client has sent along, marked', async () => {
  const request = await through(edge, 'direct.example', ['X-A: 1', 'EB9BF0F5-X-B: 2', 'x-a: 3', 'X-Need: 4'])
  assert.deepEqual(
    marked(request).map((line) => line.toLowerCase()),
    ['x-a: 1', 'x-a: 3', 'x-need: 4', 'eb9bf0f5-x-a: 1', 'eb9bf0f5-x-b: 2', 'eb9bf0f5-x-a: 3'],
  )
})

test('orig_headers: a header that needs a mark counts as original when it comes with one', async () => {
  const request = await through(edge, 'direct.example', ['X-Need: 4', 'eb9bf0f5-X-Need: 5'])
  assert.deepEqual(
    marked(request).map((line) => line.toLowerCase()),
    ['x-need: 4', 'eb9bf0f5-x-need: 5'],
  )
})

test('orig_headers: what the edge has marked passes a second gateway that marks, and no other', async () => {
  const both = await through(edge, 'marks.example', ['X-A: 1'])
  assert.deepEqual(
    marked(both).map((line) => line.toLowerCase()),
    ['x-a: 1', 'eb9bf0f5-x-a: 1'],
  )
  const token = hs256Token({ iss: 'edge', exp: Math.floor(Date.now() / 1000) + 60 }, 'chain')
  const one = await through(inner, 'plain.example', [`Grip-Sig: ${token}`, 'X-A: 1', 'eb9bf0f5-X-A: 1'])
  assert.deepEqual(marked(one), ['X-A: 1'])
})
