import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { CONTINUATION, PING, TEXT } from '../support/websocket-frame.ts'
import type { Pair } from './open-pair.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({ routes: ['raw.example,no_grip BACKEND'] })

async function openGrip(header = GRIP, host = 'localhost'): Promise<Pair> {
  backend.accept([header])
  return openPair(gateway, backend, '/', { host })
}

test('a backend that speaks GRIP reaches the client with the prefix m: only', async () => {
  const { client, server } = await openGrip()
  server.sendText('m:hello')
  server.sendText('m:')
  server.sendText('unprefixed')
  server.sendText('')
  server.sendText('m')
  server.sendText(' m:x')
  server.sendBinary(Buffer.from('x'))
  server.sendText('m:m:twice')
  server.sendText('m:c:{"type":"detach"}')
  server.sendBinary(Buffer.from('m:\0\xff', 'latin1'))
  server.sendText('m:last')
  assert.equal(await client.next(), 'text hello')
  assert.equal(await client.next(), 'text')
  assert.equal(await client.next(), 'text m:twice')
  assert.equal(await client.next(), 'text c:{"type":"detach"}')
  assert.equal(await client.next(), 'binary 00ff')
  assert.equal(await client.next(), 'text last')
  client.vanish()
})

test('what the client says needs no prefix, and nothing in it is an instruction', async () => {
  const { client, server } = await openGrip()
  client.sendText('hello')
  client.sendText('m:hello')
  client.sendText('c:{"type":"detach"}')
  client.sendBinary(Buffer.of(1, 2))
  assert.equal(await server.next(), 'text hello')
  assert.equal(await server.next(), 'text m:hello')
  assert.equal(await server.next(), 'text c:{"type":"detach"}')
  assert.equal(await server.next(), 'binary 0102')
  server.sendText('m:still here')
  assert.equal(await client.next(), 'text still here')
  client.vanish()
})

const prefixes: [what: string, parameter: string, prefix: string][] = [
  ['of its own', '; message-prefix=>>', '>>'],
  ['in quotes', '; message-prefix="out; "', 'out; '],
  ['that is empty', '; message-prefix=""', ''],
  ['among other parameters', '; x=1; message-prefix="p:"; y', 'p:'],
]

for (const [what, parameter, prefix] of prefixes) {
  test(`a backend may choose a prefix ${what}`, async () => {
    const { client, server } = await openGrip(GRIP + parameter)
    server.sendText(`${prefix}hello`)
    server.sendText('c:{"type":"unknown"}')
    if (prefix !== '') server.sendText('m:dropped')
    server.sendBinary(Buffer.from(`${prefix}\x01`))
    server.sendText(`${prefix}last`)
    assert.equal(await client.next(), 'text hello')
    assert.equal(await client.next(), 'binary 01')
    assert.equal(await client.next(), 'text last')
    client.vanish()
  })
}

test('a binary message that looks like a control message is none', async () => {
  const { client, server } = await openGrip(`${GRIP}; message-prefix=""`)
  server.sendBinary(Buffer.from('c:{"type":"detach"}'))
  server.sendText('next')
  assert.equal(await client.next(), `binary ${Buffer.from('c:{"type":"detach"}').toString('hex')}`)
  assert.equal(await client.next(), 'text next')
  client.vanish()
})

test('GRIP may be named among other extensions', async () => {
  const { client, server } = await openGrip('Sec-WebSocket-Extensions: other; a=b, grip; message-prefix="p:"')
  server.sendText('dropped')
  server.sendText('p:hello')
  assert.equal(await client.next(), 'text hello')
  client.vanish()
})

test('another extension that only looks like GRIP is not GRIP', async () => {
  const { client, server } = await openGrip('Sec-WebSocket-Extensions: gripe')
  server.sendText('hello')
  assert.equal(await client.next(), 'text hello')
  client.vanish()
})

test('on a route without GRIP a backend that speaks it is relayed as it is', async () => {
  const { client, server } = await openGrip(GRIP, 'raw.example')
  server.control({ type: 'subscribe', channel: 'x' })
  server.sendText('m:hello')
  server.sendText('hello')
  assert.equal(await client.next(), 'text c:{"type":"subscribe","channel":"x"}')
  assert.equal(await client.next(), 'text m:hello')
  assert.equal(await client.next(), 'text hello')
  client.vanish()
})

test('of a message in fragments the first one loses the prefix', async () => {
  const { client, server } = await openGrip()
  server.sendFrame({ fin: false, payload: 'm:one,' })
  server.sendFrame({ fin: false, opcode: CONTINUATION, payload: 'm:two,' })
  server.sendFrame({ opcode: CONTINUATION, payload: 'c:three' })
  server.sendText('m:last')
  const { opcode, payload } = await client.nextMessage()
  assert.deepEqual([opcode, payload.toString()], [TEXT, 'one,m:two,c:three'])
  assert.equal(await client.next(), 'text last')
  client.vanish()
})

test('a message in fragments whose first one has no prefix is dropped whole', async () => {
  const { client, server } = await openGrip()
  server.sendFrame({ fin: false, payload: 'dropped,' })
  server.sendFrame({ fin: false, opcode: CONTINUATION, payload: 'm:dropped,' })
  server.sendFrame({ opcode: CONTINUATION, payload: 'm:dropped' })
  server.sendText('m:last')
  assert.equal(await client.next(), 'text last')
  client.vanish()
})

test('pings and pongs of a backend that speaks GRIP need no prefix', async () => {
  const { client, server } = await openGrip()
  server.ping()
  server.pong()
  assert.equal(await client.next(), 'ping')
  assert.equal(await client.next(), 'pong')
  client.ping()
  client.pong()
  assert.equal(await server.next(), 'ping')
  assert.equal(await server.next(), 'pong')
  client.vanish()
})

test('what they carry is not looked at', async () => {
  const { client, server } = await openGrip()
  server.ping('c:{"type":"detach"}')
  server.sendFrame({ fin: false, payload: 'm:one,' })
  assert.equal(await client.next(), 'ping c:{"type":"detach"}')
  assert.equal(await client.next(), 'text one,+')
  server.sendFrame({ opcode: PING, payload: 'unprefixed' })
  assert.equal(await client.next(), 'ping unprefixed')
  server.sendFrame({ opcode: CONTINUATION, payload: 'two' })
  assert.equal(await client.next(), 'continuation two')
  client.vanish()
})

test('a prefixed message of 600,000 bytes arrives whole', async () => {
  const { client, server } = await openGrip()
  const content = 'x'.repeat(600_000)
  server.sendText(`m:${content}`)
  server.sendText('m:after')
  assert.equal((await client.nextMessage()).payload.toString(), content)
  assert.equal(await client.next(), 'text after')
  client.vanish()
})

test('a client that sends what breaks the protocol loses its WebSocket, and the backend hears of it', async () => {
  const { client, server } = await openGrip()
  client.sendFrame({ opcode: 5, payload: 'x' })
  await client.closed()
  await server.closed()
})
