// GRIP 12.5: WebSockets for `zhttp` targets.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { ACCEPT, openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpService } from '../support/zhttp-service.ts'
import type { Fields, GatewayPacket, ServedExchange } from '../support/zhttp-service.ts'
import { get, held } from './held.ts'

const ipc = ipcSpec()
const gateway = await startGateway({
  routes: [
    `*,debug zhttp/${ipc.spec}`,
    `plain.example,no_grip zhttp/${ipc.spec}`,
    `events.example zhttp/${ipc.spec},over_http`,
    `sub.example zhttp/${ipc.spec},sub=implicit`,
  ],
})
const service = new ZhttpService(ipc.endpoints)
after(async () => {
  service.close()
  await gateway.stop()
})
await answers(gateway.port)

const GRIP: Fields = { headers: [['Sec-WebSocket-Extensions', 'grip; message-prefix=""']] }

/** Accepts, and sends every message back as it comes. */
function accept(exchange: ServedExchange, fields: Fields = {}): void {
  exchange.say({ code: 101, reason: 'Switching Protocols', headers: [], credits: 200_000, ...fields })
}

function echo(exchange: ServedExchange, packet: GatewayPacket): void {
  const { body = Buffer.alloc(0), type, more } = packet
  if (type === 'close') {
    exchange.say({ type: 'close', body, ...(packet['code'] === undefined ? {} : { code: packet['code'] as number }) })
    return
  }
  if (type === 'ping') exchange.say({ type: 'pong', body })
  if (type !== undefined) return
  exchange.say({
    'content-type': String(packet['content-type']),
    body,
    credits: body.length,
    ...(more === true ? { more: true } : {}),
  })
}

beforeEach(() => {
  service.exchanges.length = 0
  service.onRequest = (exchange) => accept(exchange)
  service.onPacket = echo
})

for (const host of ['localhost', 'plain.example', 'sub.example']) {
  test(`messages, pings and closes go both ways (${host})`, async () => {
    const client = await openWebSocket(gateway.port, '/ws?a=b', {
      host,
      headers: ['Sec-WebSocket-Protocol: p', 'Sec-WebSocket-Extensions: permessage-deflate'],
    })
    assert.deepEqual(client.response.values('sec-websocket-accept'), [ACCEPT])
    assert.deepEqual(
      client.response.values('sec-websocket-extensions').filter((value) => value !== 'permessage-deflate'),
      [],
    )
    const [exchange] = service.exchanges
    assert.equal(exchange?.first.uri, `ws://${host}/ws?a=b`)
    assert.equal(exchange?.first['method'], undefined)
    assert.equal(exchange?.first.credits, 200_000)
    assert.equal(exchange?.headers['sec-websocket-protocol'], 'p')
    assert.equal(exchange?.headers['sec-websocket-extensions'], host === 'plain.example' ? undefined : 'grip')
    client.sendText('text')
    assert.equal(await client.next(), 'text text')
    client.sendBinary(Buffer.of(0, 255))
    const { opcode, payload } = await client.nextMessage()
    assert.deepEqual([opcode, payload], [2, Buffer.of(0, 255)])
    client.sendText('')
    assert.equal((await client.nextMessage()).payload.length, 0)
    client.ping('p')
    assert.equal(await client.next(), 'pong p')
    client.close(4001, 'bye')
    assert.deepEqual(await client.closed(), ['close 4001 bye'])
    assert.deepEqual(exchange?.seqs, [...(exchange?.seqs.keys() ?? [])])
  })
}

test('a message of several megabytes goes both ways with the credits there are', async () => {
  const client = await openWebSocket(gateway.port)
  const content = Buffer.alloc(900_000, 'm')
  for (let i = 0; i < 5; i++) client.sendBinary(content)
  for (let i = 0; i < 5; i++) assert.ok((await client.nextMessage()).payload.equals(content))
  const [exchange] = service.exchanges
  const credits = exchange?.packets.reduce((sum, packet) => sum + (packet.credits ?? 0), 0) ?? 0
  assert.ok(credits > 4_000_000, String(credits))
  client.vanish()
})

test('without credits nothing is sent to the service', async () => {
  service.onRequest = (exchange) => accept(exchange, { credits: 3 })
  service.onPacket = () => {}
  const client = await openWebSocket(gateway.port)
  client.sendText('hello')
  const [exchange] = service.exchanges as [ServedExchange]
  await until(() => exchange.body.toString() === 'hel', 'the part that there are credits for')
  assert.equal(exchange.packets.at(-1)?.more, true)
  exchange.say({ type: 'credit', credits: 100 })
  await until(() => exchange.body.toString() === 'hello', 'the rest')
  assert.equal(exchange.packets.at(-1)?.more, undefined)
  client.vanish()
  await until(() => exchange.types().includes('cancel'), 'a cancel')
})

test('a service that speaks GRIP subscribes its client, and what is published comes', async () => {
  service.onRequest = (exchange) => {
    accept(exchange, GRIP)
    exchange.say({ body: 'c:{"type":"subscribe","channel":"w1"}' })
    exchange.say({ body: 'welcome' })
  }
  const client = await openWebSocket(gateway.port)
  assert.equal(await client.next(), 'text welcome')
  await held(gateway, 'w1')
  await gateway.publish([{ channel: 'w1', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await client.next(), 'text published')
  client.vanish()
})

test('the close of a service reaches the client', async () => {
  const client = await openWebSocket(gateway.port)
  const [exchange] = service.exchanges as [ServedExchange]
  service.onPacket = () => {}
  exchange.say({ type: 'close', code: 1001, body: 'restart' })
  assert.equal(await client.next(), 'close 1001 restart')
  client.close(1001)
  await client.closed()
  await until(() => exchange.types().includes('close'), 'the answer to the close')
})

test('a service that cancels takes the connection with it', async () => {
  const client = await openWebSocket(gateway.port)
  service.exchanges[0]?.say({ type: 'cancel' })
  assert.deepEqual(await client.closed(), [])
})

test('a refusal has the words of the service', async () => {
  service.onRequest = (exchange) =>
    exchange.say({
      type: 'error',
      condition: 'rejected',
      code: 403,
      reason: 'No',
      headers: [['X-Why', 'because']],
      body: 'not you\n',
    })
  const refusal = await refusedWebSocket(gateway.port)
  assert.equal(refusal.line, 'HTTP/1.1 403 No')
  assert.deepEqual(refusal.values('x-why'), ['because'])
  assert.equal(refusal.body, 'not you\n')
})

test('an error before the opening is answered with 502', async () => {
  service.onRequest = (exchange) => exchange.say({ type: 'error', condition: 'policy-violation' })
  assert.equal((await refusedWebSocket(gateway.port)).body, 'Error: Origin host/IP blocked.\n')
  service.onRequest = (exchange) => exchange.respond('what?')
  assert.equal((await refusedWebSocket(gateway.port)).code, 502)
})

test('WebSockets over HTTP reach a service as requests', async () => {
  service.onRequest = (exchange) =>
    exchange.respond(exchange.body.toString('latin1'), [['Content-Type', 'application/websocket-events']])
  assert.equal((await ask(gateway.port, get('/'))).code, 200)
  const client = await openWebSocket(gateway.port, '/', { host: 'events.example' })
  client.sendText('echo')
  assert.equal((await client.nextMessage()).payload.toString(), 'echo')
  client.vanish()
})
