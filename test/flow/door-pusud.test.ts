import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, greeted, listener, refused, startPusud, subscribe } from '../support/pusud.ts'
import { ask } from '../support/raw-client.ts'
import { handshake, MASK, openWebSocket } from '../support/websocket-client.ts'
import { BINARY, CONTINUATION, frameBytes } from '../support/websocket-frame.ts'

const { gateway, port } = await startPusud()

const PUBLISH = '{"type": "publish", "channel": "channel.1", "content": {"foo": ["bar", 1]}}'

test('a client is greeted at every path', async () => {
  for (const path of ['/', '/any/path', '/pusu?x=1']) (await greeted(port, path)).vanish()
})

test('the handshake is answered as the old server did', async () => {
  const client = await openWebSocket(port, '/', { headers: ['Origin: http://elsewhere.example'] })
  assert.equal(
    client.response.bytes,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
  )
  client.vanish()
})

test('subprotocols and extensions that are offered are not taken up', async () => {
  const headers = ['Sec-WebSocket-Protocol: http-only', 'Sec-WebSocket-Extensions: permessage-deflate']
  const client = await openWebSocket(port, '/', { headers })
  assert.deepEqual(client.response.values('sec-websocket-protocol'), [])
  assert.deepEqual(client.response.values('sec-websocket-extensions'), [])
  client.vanish()
})

test('what is no handshake gets 400', async () => {
  const requests = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab',
    handshake('/').replace('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 8'),
    handshake('/').replace(/Sec-WebSocket-Key: .*/, 'Sec-WebSocket-Key: short'),
    handshake('/').replace('Upgrade: websocket', 'Upgrade: h2c'),
  ]
  for (const request of requests) {
    const response = await ask(port, request)
    assert.equal(
      response.bytes,
      'HTTP/1.1 400 Bad Request\r\nSec-Websocket-Version: 13\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBad Request\n',
    )
  }
})

test('nothing can be done before the authorization', async () => {
  for (const message of ['{"type":"subscribe","channel":"channel.1"}', PUBLISH]) {
    const client = await greeted(port)
    client.sendText(message)
    await refused(client, '{"type":"permission_denied"}', '1008 permission denied')
  }
})

test('a published message reaches all subscribers, the publisher too, byte for byte', async () => {
  const one = await listener(port, 'channel.1')
  const other = await listener(port, 'channel.1')
  for (const message of [
    PUBLISH,
    '{"content":"a\\u0062","extra":[ 1.0,2 ],"type":"publish","channel":"channel.1"}',
    '{"type":"publish","channel":"channel\\u002e1"}',
    '{"TYPE":"publish","Channel":"channel.1","content":null}',
    '  {"type":"publish","channel":"channel.1","content":"grüße 🙂"}\n',
    `{"type":"publish","channel":"channel.1","content":"${'x'.repeat(70_000)}"}`,
  ]) {
    one.sendText(message)
    for (const client of [one, other]) {
      const { opcode, payload } = await client.nextMessage()
      assert.equal(opcode, 1)
      assert.equal(payload.toString(), message)
    }
  }
  one.vanish()
  other.vanish()
})

test('a message in several frames, or in a binary one, is relayed as one text', async () => {
  const client = await listener(port, 'channel.1')
  client.sendFrame({ payload: PUBLISH.slice(0, 10), fin: false })
  client.ping('between')
  client.sendFrame({ opcode: CONTINUATION, payload: PUBLISH.slice(10, 30), fin: false })
  client.sendFrame({ opcode: CONTINUATION, payload: PUBLISH.slice(30) })
  assert.equal(await client.next(), 'pong between')
  assert.equal(await client.next(), `text ${PUBLISH}`)
  client.sendFrame({ opcode: BINARY, payload: PUBLISH })
  assert.equal(await client.next(), `text ${PUBLISH}`)
  client.vanish()
})

test('messages of a publisher keep their order, however they are cut', async () => {
  const client = await listener(port, 'channel.1')
  const frames = Array.from({ length: 50 }, (_, n) =>
    client.bytesOf({ payload: `{"type":"publish","channel":"channel.1","content":${n}}` }),
  )
  const bytes = Buffer.concat(frames)
  for (let at = 0; at < bytes.length; at += 7) client.sendBytes(bytes.subarray(at, at + 7))
  for (let n = 0; n < 50; n++)
    assert.equal(await client.next(), `text {"type":"publish","channel":"channel.1","content":${n}}`)
  client.vanish()
})

test('a message cut into two pieces at any byte is the same message', async () => {
  const client = await listener(port, 'channel.1')
  const bytes = client.bytesOf({ payload: PUBLISH })
  for (let at = 1; at < bytes.length; at++) {
    client.sendBytes(bytes.subarray(0, at))
    await new Promise((resolve) => setImmediate(resolve))
    client.sendBytes(bytes.subarray(at))
    assert.equal(await client.next(), `text ${PUBLISH}`)
  }
  client.vanish()
})

test('what is unknown ends the connection', async () => {
  for (const message of [
    '{"type":"bogus"}',
    'not json',
    '',
    '5',
    'null',
    '[]',
    '{}',
    '{"type":5}',
    '{"type":"hello"}',
    '{"type":"publish","channel":"a","Channel":"b"}',
  ]) {
    const client = await authorized(port)
    client.sendText(message)
    await refused(client, '{"type":"unknown_message_received"}', '1008 unknown message')
  }
})

test('a binary frame that is not UTF-8 ends the connection', async () => {
  const client = await authorized(port)
  const message = Buffer.from('{"type":"publish","channel":"c","content":"\xff"}', 'latin1')
  client.sendFrame({ opcode: BINARY, payload: message })
  await refused(client, '{"type":"unknown_message_received"}', '1008 unknown message')
})

test('content that is nested too deep to be written ends the connection', async () => {
  const client = await authorized(port)
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  client.sendText(`{"type":"publish","channel":"c","content":${deep}}`)
  await refused(client, '{"type":"unknown_message_received"}', '1008 nested too deep')
})

test('what was published before a mistake is delivered', async () => {
  const other = await listener(port, 'before')
  const client = await authorized(port)
  const message = '{"type":"publish","channel":"before","content":1}'
  client.sendBytes(Buffer.concat([client.bytesOf({ payload: message }), client.bytesOf({ payload: 'not json' })]))
  assert.equal(await other.next(), `text ${message}`)
  await refused(client, '{"type":"unknown_message_received"}', '1008 unknown message')
  other.vanish()
})

test('who has unsubscribed gets nothing more, and may subscribe again', async () => {
  const client = await listener(port, 'channel.1', 'other')
  client.sendText('{"type":"unsubscribe","channel":"channel.1"}')
  client.sendText('{"type":"unsubscribe","channel":"unknown"}')
  client.sendText(PUBLISH)
  client.sendText('{"type":"publish","channel":"other","content":"end"}')
  assert.equal(await client.next(), 'text {"type":"publish","channel":"other","content":"end"}')
  await subscribe(client, 'channel.1')
  client.sendText(PUBLISH)
  assert.equal(await client.next(), `text ${PUBLISH}`)
  client.vanish()
})

test('a repeated subscribe is answered, and delivers once', async () => {
  const client = await listener(port, 'channel.1', 'channel.1')
  client.sendText(PUBLISH)
  assert.equal(await client.next(), `text ${PUBLISH}`)
  await subscribe(client, 'channel.1')
  client.vanish()
})

test('a pattern is no subscription but a channel of that name', async () => {
  const client = await listener(port, 'channel.*')
  client.sendText(PUBLISH)
  client.sendText('{"type":"publish","channel":"channel.*","content":1}')
  assert.equal(await client.next(), 'text {"type":"publish","channel":"channel.*","content":1}')
  client.vanish()
})

test('a channel without a name, or with too long a name, is denied', async () => {
  for (const message of [
    '{"type":"subscribe"}',
    '{"type":"subscribe","channel":5}',
    `{"type":"subscribe","channel":"${'ü'.repeat(513)}"}`,
  ]) {
    const client = await authorized(port)
    client.sendText(message)
    await refused(client, '{"type":"permission_denied"}', '1008 permission denied')
  }
  const client = await listener(port, 'ü'.repeat(512))
  client.vanish()
})

test('a ping is answered, and a close with the same close', async () => {
  const client = await greeted(port)
  client.ping('abc')
  assert.equal(await client.next(), 'pong abc')
  client.close(1000, 'bye')
  assert.equal(await client.next(), 'close 1000 bye')
  assert.deepEqual(await client.closed(), [])
})

test('a client that authorizes itself again keeps what it has', async () => {
  const client = await listener(port, 'channel.1')
  for (let n = 0; n < 20; n++) {
    client.sendText('{"type":"authorize"}')
    assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  }
  client.sendText(PUBLISH)
  assert.equal(await client.next(), `text ${PUBLISH}`)
  client.vanish()
})

test('the client for browsers is understood: what it sends, and what it waits for', async () => {
  const client = await greeted(port)
  const say = async (message: object, answer: string): Promise<void> => {
    client.sendText(JSON.stringify(message))
    const { type } = JSON.parse((await client.nextMessage()).payload.toString()) as { type: string }
    assert.equal(type, answer)
  }
  await say({ type: 'authorize', authorization: 'foo' }, 'authorization_ok')
  await say({ type: 'subscribe', channel: 'channel.1' }, 'subscribe_ok')
  await say({ type: 'subscribe', channel: 'channel.2' }, 'subscribe_ok')
  client.sendText(JSON.stringify({ type: 'publish', channel: 'channel.2', content: { foo: 'bar' } }))
  assert.equal(await client.next(), 'text {"type":"publish","channel":"channel.2","content":{"foo":"bar"}}')
  client.sendText(JSON.stringify({ type: 'unsubscribe', channel: 'channel.2' }))
  await say({ type: 'subscribe', channel: 'channel.2' }, 'subscribe_ok')
  client.sendText(JSON.stringify({ type: 'publish', channel: 'channel.2', content: 'foo' }))
  assert.equal(await client.next(), 'text {"type":"publish","channel":"channel.2","content":"foo"}')
  // `disconnect()`
  client.close()
  assert.equal(await client.next(), 'close')
  assert.deepEqual(await client.closed(), [])
})

test('the client for Go finds what it compares: no channel but in subscribe_ok', async () => {
  const client = await greeted(port)
  // As its encoder writes them.
  client.sendText('{"type":"authorize","authorization":"foo"}\n')
  assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  client.sendText('{"type":"subscribe","channel":"channel.1"}\n')
  assert.equal(await client.next(), 'text {"type":"subscribe_ok","channel":"channel.1"}')
  client.sendText('{"type":"publish","channel":"channel.1","content":"foo"}\n')
  assert.equal(await client.next(), 'text {"type":"publish","channel":"channel.1","content":"foo"}\n')
  client.vanish()
})

test('what comes with the handshake is acted on', async () => {
  const early = ['{"type":"authorize","authorization":"foo"}', '{"type":"subscribe","channel":"early"}'].map(
    (payload) => frameBytes({ payload, mask: MASK }),
  )
  const client = await openWebSocket(port, '/', { early: Buffer.concat(early) })
  assert.equal(await client.next(), 'text {"type":"hello"}')
  assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  assert.equal(await client.next(), 'text {"type":"subscribe_ok","channel":"early"}')
  client.vanish()
})

test('clients hear that the gateway stops', async () => {
  const client = await listener(port, 'channel.1')
  await gateway.stop()
  assert.equal(await client.next(), 'close 1001')
})
