import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { BINARY, CONTINUATION, PING, TEXT } from '../support/websocket-frame.ts'
import type { WebSocketPeer } from '../support/websocket-peer.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets()

/** Both directions of one connection: what is true from the client to the backend is true from the backend to the client. */
async function bothWays(check: (from: WebSocketPeer, to: WebSocketPeer) => Promise<void>): Promise<void> {
  const { client, server } = await openPair(gateway, backend)
  await check(client, server)
  await check(server, client)
  client.vanish()
}

test('text, binary data and empty messages arrive as they are', async () => {
  await bothWays(async (from, to) => {
    from.sendText('grüße 🙂')
    from.sendText('')
    from.sendBinary(Buffer.of(0, 255, 128, 13, 10))
    from.sendBinary(Buffer.of())
    from.sendText('c:{"type":"detach"}')
    from.sendText('m:x')
    assert.equal(await to.next(), 'text grüße 🙂')
    assert.equal(await to.next(), 'text')
    assert.equal(await to.next(), 'binary 00ff800d0a')
    assert.equal(await to.next(), 'binary')
    assert.equal(await to.next(), 'text c:{"type":"detach"}')
    assert.equal(await to.next(), 'text m:x')
  })
})

test('the gateway masks what it sends to a backend, and nothing that it sends to a client', async () => {
  const { client, server } = await openPair(gateway, backend)
  client.sendText('a')
  client.ping()
  assert.deepEqual([(await server.nextFrame()).masked, (await server.nextFrame()).masked], [true, true])
  server.sendText('a')
  server.ping()
  assert.deepEqual([(await client.nextFrame()).masked, (await client.nextFrame()).masked], [false, false])
  client.vanish()
})

test('a ping is answered by the other end and not by the gateway', async () => {
  await bothWays(async (from, to) => {
    from.ping()
    assert.equal(await to.next(), 'ping')
    to.sendText('before the pong')
    to.pong()
    assert.equal(await from.next(), 'text before the pong')
    assert.equal(await from.next(), 'pong')
  })
})

test('what a ping or a pong carries arrives', async () => {
  await bothWays(async (from, to) => {
    const longest = 'x'.repeat(125)
    from.ping('are you there')
    from.pong(longest)
    from.ping(Buffer.of(0x41, 0, 0x42))
    assert.equal(await to.next(), 'ping are you there')
    assert.equal(await to.next(), `pong ${longest}`)
    assert.equal(await to.next(), 'ping A\0B')
  })
})

test('the fragments of a message arrive in order, whole once they are joined', async () => {
  await bothWays(async (from, to) => {
    from.sendFrame({ fin: false, opcode: TEXT, payload: 'one,' })
    from.sendFrame({ fin: false, opcode: CONTINUATION, payload: 'two,' })
    from.sendFrame({ fin: false, opcode: CONTINUATION })
    from.sendFrame({ opcode: CONTINUATION, payload: 'three' })
    from.sendFrame({ fin: false, opcode: BINARY, payload: Buffer.of(1) })
    from.sendFrame({ opcode: CONTINUATION, payload: Buffer.of(2) })
    const text = await to.nextMessage()
    assert.deepEqual([text.opcode, text.payload.toString()], [TEXT, 'one,two,three'])
    const binary = await to.nextMessage()
    assert.deepEqual([binary.opcode, binary.payload], [BINARY, Buffer.of(1, 2)])
  })
})

test('a fragment does not wait for the rest of its message', async () => {
  await bothWays(async (from, to) => {
    from.sendFrame({ fin: false, payload: 'first,' })
    assert.equal(await to.next(), 'text first,+')
    from.sendFrame({ opcode: CONTINUATION, payload: 'last' })
    assert.equal(await to.next(), 'continuation last')
  })
})

test('a ping between the fragments of a message arrives, and the message stays whole', async () => {
  await bothWays(async (from, to) => {
    from.sendFrame({ fin: false, payload: 'first,' })
    assert.equal(await to.next(), 'text first,+')
    from.sendFrame({ opcode: PING, payload: 'p' })
    assert.equal(await to.next(), 'ping p')
    from.sendFrame({ opcode: CONTINUATION, payload: 'last' })
    assert.equal(await to.next(), 'continuation last')
  })
})

for (const size of [125, 126, 65_535, 65_536, 600_000]) {
  test(`a message of ${size} bytes arrives whole`, async () => {
    const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251))
    await bothWays(async (from, to) => {
      from.sendBinary(content)
      from.sendText('after')
      const { opcode, payload } = await to.nextMessage()
      assert.equal(opcode, BINARY)
      assert.ok(payload.equals(content), `${payload.length} other bytes`)
      assert.equal(await to.next(), 'text after')
    })
  })
}

test('frames that come byte by byte arrive', async () => {
  await bothWays(async (from, to) => {
    const bytes = Buffer.concat([
      from.bytesOf({ payload: 'x'.repeat(200) }),
      from.bytesOf({ opcode: PING }),
      from.bytesOf({ payload: 'end' }),
    ])
    for (const byte of bytes) {
      from.sendBytes(Buffer.of(byte))
      // Else the bytes would leave together.
      await until(() => from.socket.writableLength === 0, 'a byte to leave')
    }
    assert.equal((await to.nextMessage()).payload.toString(), 'x'.repeat(200))
    assert.equal(await to.next(), 'ping')
    assert.equal((await to.nextMessage()).payload.toString(), 'end')
  })
})

test('a thousand frames sent at once arrive in their order', async () => {
  await bothWays(async (from, to) => {
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index))
    from.sendBytes(Buffer.concat(numbers.map((payload) => from.bytesOf({ payload }))))
    for (const number of numbers) assert.equal((await to.nextMessage()).payload.toString(), number)
  })
})

test('both ends may talk at once, and each WebSocket is on its own', async () => {
  const pairs = [await openPair(gateway, backend), await openPair(gateway, backend)] as const
  for (let round = 0; round < 20; round++) {
    for (const [index, { client, server }] of pairs.entries()) {
      client.sendText(`up ${index} ${round}`)
      server.sendText(`down ${index} ${round}`)
    }
  }
  for (let round = 0; round < 20; round++) {
    for (const [index, { client, server }] of pairs.entries()) {
      assert.equal(await server.next(), `text up ${index} ${round}`)
      assert.equal(await client.next(), `text down ${index} ${round}`)
    }
  }
  for (const { client, server } of pairs) {
    assert.deepEqual([...client.waiting, ...server.waiting], [])
    client.vanish()
  }
})
