// GRIP 7.3
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { BackendWebSocket } from '../support/websocket-backend.ts'
import { CONTINUATION } from '../support/websocket-frame.ts'
import { held } from './held.ts'
import type { Pair } from './open-pair.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: '*,debug',
  routes: ['prefixed.example,prefix=pre- BACKEND', 'quiet.example BACKEND'],
})

async function openGrip(host = 'localhost'): Promise<Pair> {
  backend.accept([GRIP])
  return openPair(gateway, backend, '/', { host })
}

async function publish(...channels: string[]): Promise<void> {
  await gateway.publish(
    channels.map((channel) => ({ channel, formats: { 'ws-message': { content: `on ${channel}` } } })),
  )
}

async function subscribe(server: BackendWebSocket, channel: string, count = 1): Promise<void> {
  server.control({ type: 'subscribe', channel })
  await held(gateway, channel, count)
}

/** Waits until the gateway has left the backend, which takes leave as the protocol wants. */
async function left(server: BackendWebSocket): Promise<void> {
  assert.match(await server.next(), /^close\b/)
  server.close()
  server.finish()
  assert.deepEqual(await server.closed(), [])
}

test('a backend subscribes a client to channels, and the client gets what is published there', async () => {
  const { client, server } = await openGrip()
  await subscribe(server, 'sub-a')
  await subscribe(server, 'sub-b')
  await publish('sub-a', 'sub-c', 'sub-b')
  assert.equal(await client.next(), 'text on sub-a')
  assert.equal(await client.next(), 'text on sub-b')
  client.vanish()
})

test('a backend may subscribe before it has heard anything', async () => {
  backend.accept([GRIP], (server) => {
    server.control({ type: 'subscribe', channel: 'early' })
    server.sendText('m:welcome')
  })
  const { client } = await openPair(gateway, backend)
  assert.equal(await client.next(), 'text welcome')
  await held(gateway, 'early')
  await publish('early')
  assert.equal(await client.next(), 'text on early')
  client.vanish()
})

test('a client subscribed twice to a channel gets each message once', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'subscribe', channel: 'twice' })
  server.control({ type: 'subscribe', channel: 'twice' })
  await subscribe(server, 'twice-end')
  await publish('twice', 'twice-end')
  assert.equal(await client.next(), 'text on twice')
  assert.equal(await client.next(), 'text on twice-end')
  client.vanish()
})

test('an unsubscribed client gets no more of the channel, and can be subscribed again', async () => {
  const { client, server } = await openGrip()
  await subscribe(server, 'unsub')
  server.control({ type: 'unsubscribe', channel: 'unsub' })
  // Control messages are obeyed in order, so with this one the one before it has been, too.
  await subscribe(server, 'unsub-end')
  await publish('unsub', 'unsub-end')
  assert.equal(await client.next(), 'text on unsub-end')
  await subscribe(server, 'unsub', 2)
  await publish('unsub')
  assert.equal(await client.next(), 'text on unsub')
  client.vanish()
})

test('each client has its own subscriptions', async () => {
  const first = await openGrip()
  const second = await openGrip()
  await subscribe(first.server, 'own-a')
  await subscribe(second.server, 'own-b')
  await subscribe(first.server, 'own-all')
  await subscribe(second.server, 'own-all', 2)
  await publish('own-a', 'own-b', 'own-all')
  assert.equal(await first.client.next(), 'text on own-a')
  assert.equal(await first.client.next(), 'text on own-all')
  assert.equal(await second.client.next(), 'text on own-b')
  assert.equal(await second.client.next(), 'text on own-all')
  first.client.vanish()
  second.client.vanish()
})

test('channels of a route with a prefix have it', async () => {
  const { client, server } = await openGrip('prefixed.example')
  server.control({ type: 'subscribe', channel: 'news' })
  await held(gateway, 'pre-news')
  await publish('news', 'pre-news')
  assert.equal(await client.next(), 'text on pre-news')
  server.control({ type: 'unsubscribe', channel: 'news' })
  server.control({ type: 'subscribe', channel: 'other' })
  await held(gateway, 'pre-other')
  await publish('pre-news', 'pre-other')
  assert.equal(await client.next(), 'text on pre-other')
  client.vanish()
})

test('a WebSocket can be on twenty channels; more are ignored', async () => {
  const { client, server } = await openGrip()
  const channels = Array.from({ length: 22 }, (_, index) => `many-${index}`)
  for (const channel of channels) server.control({ type: 'subscribe', channel })
  server.control({ type: 'unsubscribe', channel: 'many-0' })
  await subscribe(server, 'many-end')
  await publish(...channels, 'many-end')
  for (const channel of channels.slice(1, 20)) assert.equal(await client.next(), `text on ${channel}`)
  assert.equal(await client.next(), 'text on many-end')
  client.vanish()
})

test('a detached client keeps its subscriptions after the gateway has left the backend', async () => {
  const { client, server } = await openGrip()
  await subscribe(server, 'detached')
  server.sendText('m:before')
  server.control({ type: 'detach' })
  assert.equal(await client.next(), 'text before')
  await left(server)
  client.sendText('to nobody')
  await publish('detached')
  assert.equal(await client.next(), 'text on detached')
  await gateway.publish([{ channel: 'detached', formats: { 'ws-message': { action: 'close', code: 4000 } } }])
  assert.equal(await client.next(), 'close 4000')
  client.vanish()
})

test('a detached client that closes is answered', async () => {
  const { client, server } = await openGrip()
  await subscribe(server, 'detached-close')
  server.control({ type: 'detach' })
  await left(server)
  client.close(1000, 'bye')
  assert.match(await client.next(), /^close\b/)
  client.finish()
  await client.closed()
})

const ignored: [what: string, text: string][] = [
  ['no JSON', 'c:{'],
  ['nothing', 'c:'],
  ['no object', 'c:[]'],
  ['no type', 'c:{"channel":"ignored"}'],
  ['an unknown type', 'c:{"type":"unknown","channel":"ignored"}'],
  ['a type that is no text', 'c:{"type":1}'],
  ['no channel', 'c:{"type":"subscribe"}'],
  ['an empty channel', 'c:{"type":"subscribe","channel":""}'],
  ['a channel that is no text', 'c:{"type":"subscribe","channel":1}'],
  ['filters that are no list', 'c:{"type":"subscribe","channel":"ignored","filters":"x"}'],
  ['a channel to leave that it never joined', 'c:{"type":"unsubscribe","channel":"ignored"}'],
  ['no name', 'c:{"type":"set-meta","value":"x"}'],
  ['an empty name', 'c:{"type":"set-meta","name":""}'],
  ['an unknown kind of keep-alive', 'c:{"type":"keep-alive","content":"x","message-type":"x"}'],
  ['an unknown kind of delayed message', 'c:{"type":"send-delayed","content":"x","message-type":"x"}'],
  ['a negative delay', 'c:{"type":"send-delayed","content":"x","timeout":-1}'],
  ['no delayed message to send', 'c:{"type":"flush-delayed"}'],
]

test('a control message that makes no sense is ignored, and the next one is obeyed', async () => {
  const { client, server } = await openGrip('quiet.example')
  for (const [index, [what, text]] of ignored.entries()) {
    const channel = `ignored-end-${index}`
    server.sendText(text)
    server.sendText('m:after')
    assert.equal(await client.next(), 'text after', what)
    await subscribe(server, channel)
    await publish('ignored', channel)
    assert.equal(await client.next(), `text on ${channel}`, what)
    server.control({ type: 'unsubscribe', channel })
  }
  client.vanish()
})

test('a control message in fragments is ignored whole', async () => {
  const { client, server } = await openGrip()
  server.sendFrame({ fin: false, payload: 'c:{"type":"subscribe",' })
  server.sendFrame({ fin: false, opcode: CONTINUATION, payload: '"channel":"pieces"}' })
  server.sendFrame({ opcode: CONTINUATION })
  // Each fragment would be one by itself.
  server.sendFrame({ fin: false, payload: 'c:{"type":"subscribe","channel":"pieces"}' })
  server.sendFrame({ opcode: CONTINUATION, payload: 'c:{"type":"subscribe","channel":"pieces"}' })
  server.sendText('m:after')
  assert.equal(await client.next(), 'text after')
  await subscribe(server, 'pieces-end')
  await publish('pieces', 'pieces-end')
  assert.equal(await client.next(), 'text on pieces-end')
  client.vanish()
})

for (const [host, close] of [
  ['quiet.example', 'close 1011'],
  ['localhost', "close 1011 too many filters for channel 'overfiltered'"],
] as const) {
  test(`more than five filters for a channel end the WebSocket (${host})`, async () => {
    const { client, server } = await openGrip(host)
    const filters = ['a', 'b', 'c', 'd', 'e', 'f']
    server.control({ type: 'subscribe', channel: 'filtered', filters: filters.slice(1) })
    await held(gateway, 'filtered', host === 'localhost' ? 2 : 1)
    server.control({ type: 'subscribe', channel: 'overfiltered', filters })
    assert.equal(await client.next(), close)
    client.vanish()
    await server.closed()
  })
}

test('metadata is set, changed and removed without a word to the client', async () => {
  const { client, server } = await openGrip()
  server.control({ type: 'set-meta', name: 'user', value: 'alice' })
  server.control({ type: 'set-meta', name: 'user', value: 'bob' })
  server.control({ type: 'set-meta', name: 'user' })
  await subscribe(server, 'meta')
  await publish('meta')
  assert.equal(await client.next(), 'text on meta')
  client.vanish()
})

test('a client that has left is no longer on its channels', async () => {
  const first = await openGrip()
  const second = await openGrip()
  await subscribe(first.server, 'leaving')
  await subscribe(second.server, 'leaving', 2)
  first.client.vanish()
  await first.server.closed()
  await until(
    async () => {
      await publish('leaving')
      return gateway.log.matching(/publish channel=leaving receivers=1$/).length > 0
    },
    () => `one subscribed to it:\n${gateway.log.toString()}`,
  )
  assert.equal(await second.client.next(), 'text on leaving')
  second.client.vanish()
})
