import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAllDoors } from '../support/all-doors.ts'
import { authorized, greeted, listener } from '../support/pusud.ts'
import { packet, PollingClient } from '../support/socket-push.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { handshake, openWebSocket } from '../support/websocket-client.ts'
import { get } from './held.ts'

const doors = await startAllDoors()
const { gateway, msgbus, push, pusudPort, pollPort } = doors

async function heldNow(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  return ((await response.json()) as { held: number }).held
}

async function raw(port: number, bytes: string): Promise<RawClient> {
  const client = await RawClient.connect(port)
  client.send(bytes)
  return client
}

test('clients that leave in any state of any door are held no more', async () => {
  const pushd = await doors.pushd()
  await pushd.asks('sub room\nsub other\n', 'SUBSCRIBED room\nSUBSCRIBED other\n')
  const polls = get('/sub/room/0') + get('/sub/room/0') + get('/sub/room/0')
  const old = await raw(pollPort, polls)
  await old.until('\r\n\r\n')
  const browser = await push.connectAs(1)
  const polling = await PollingClient.connect(push.port)
  await polling.post(packet('{"userId":"1","hash":"test1"}'))
  assert.match(await polling.poll(), /Authorized as 1/)
  const clients = [
    await msgbus.subscriber('/msgbus/room'),
    await msgbus.subscriber('/msgbus/', '1.1'),
    await msgbus.client(get('/msgbus/room') + get('/msgbus/second')),
    // One that is still sending what nobody wants, and one in the middle of a message.
    await msgbus.client('GET /msgbus/room HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'),
    await msgbus.client('POST /msgbus/room HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nhalf'),
    pushd.raw,
    old,
    await raw(pusudPort, handshake('/').slice(0, -2)),
    await raw(push.port, handshake('/socket.io/websocket').slice(0, -2)),
    await raw(push.port, get('/socket.io/htmlfile/')),
  ]
  const webSockets = [
    await greeted(pusudPort),
    await authorized(pusudPort),
    await listener(pusudPort, 'room', 'other'),
    browser,
    await push.connect(),
  ]
  // In the middle of a frame.
  webSockets[2]?.sendBytes(Buffer.of(0x81, 0xfe))
  await until(async () => (await heldNow()) >= 10, 'the clients in the figures')
  for (const client of clients) client.abort()
  for (const client of webSockets) client.vanish()
  polling.leave()
  await until(async () => (await heldNow()) === 0, 'nobody held', 20_000)
})

test('clients that subscribe and leave at once, again and again, are not held', async () => {
  for (let round = 0; round < 30; round++) {
    const clients = await Promise.all([
      raw(msgbus.port, get(`/msgbus/${round}`)),
      raw(pollPort, get(`/sub/${round}/0`)),
      doors.pushd().then(({ raw: client }) => {
        client.send(`sub ${round}\nunsub ${round}\nsub ${round}\npub ${round} x\nrest`)
        return client
      }),
    ])
    for (const client of clients) client.socket.end(() => client.abort())
    const pusud = await authorized(pusudPort)
    pusud.sendText(`{"type":"subscribe","channel":"${round}"}`)
    pusud.sendText(`{"type":"unsubscribe","channel":"${round}"}`)
    pusud.sendText(`{"type":"subscribe","channel":"${round}"}`)
    pusud.vanish()
  }
  await until(async () => (await heldNow()) === 0, 'nobody held', 20_000)
})

test('a hundred thousand commands in one write are answered in their order', { timeout: 100_000 }, async () => {
  const pushd = await doors.pushd()
  const count = 100_000
  pushd.send('unsub a\n'.repeat(count))
  const line = 'NOT SUBSCRIBED a\n'
  assert.equal(await pushd.bytes(line.length * count), line.repeat(count))
  pushd.send('pub a b\n'.repeat(1000))
  assert.equal(await pushd.bytes(10_000), 'PUBLISHED\n'.repeat(1000))
  pushd.raw.abort()
})

test('polls that are asked for in one write do not pile up', async () => {
  const client = await raw(pollPort, get('/sub/piled/0').repeat(200))
  await client.until('\r\n\r\n')
  await gateway.publish([{ channel: 'piled', formats: { 'ws-message': { content: 'one' } } }])
  // The first one's end is that of the connection.
  assert.match(await client.closed(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\none$/)
  await gateway.log.waitForMore(/publish channel=piled /, 0)
  assert.equal(gateway.log.matching(/publish channel=piled receivers=1$/).length, 1)
})

test('a client of today that says what is nested too deep is only told that it has not authenticated', async () => {
  const client = await openWebSocket(push.port, '/socket.io/?EIO=4&transport=websocket')
  assert.match(await client.next(), /^text 0\{/)
  client.sendText('40')
  assert.match(await client.next(), /^text 40\{/)
  client.sendText(`42["message",${'['.repeat(20_000)}${']'.repeat(20_000)}]`)
  assert.equal(await client.next(), 'text 42["message",{"error":"Auth failed"}]')
  client.vanish()
  assert.deepEqual(gateway.log.matching(/^\[ERR\]/), [])
})

test('a client of today that says goodbye cannot connect on the same connection again and again', async () => {
  const client = await openWebSocket(push.port, '/socket.io/?EIO=4&transport=websocket')
  assert.match(await client.next(), /^text 0\{/)
  client.sendText('40')
  assert.match(await client.next(), /^text 40\{/)
  client.sendText('41')
  assert.match(await client.next(), /^close/)
  client.vanish()
})
