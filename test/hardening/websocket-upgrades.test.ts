import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { RawClient, ask, askUntilClosed } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'
import { handshake } from '../support/websocket-client.ts'

const [dead = 0] = await freePorts(1)
const web = await startBackend()
after(() => web.stop())
beforeEach(() => web.reset())
const { gateway, backend } = await startBothForWebSockets({
  condition: 'socket.example',
  routes: [`* 127.0.0.1:${web.port}`, `spare.example 127.0.0.1:${dead},over_http BACKEND`],
})
const SOCKET = handshake('/', { host: 'socket.example' })

const offers: [what: string, request: string][] = [
  ['another upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ['several upgrades', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n'],
  [
    'another upgrade and a body',
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx',
  ],
]

for (const [what, request] of offers) {
  /**
   * Hostile: Node loses what has come right behind such a request. With the head of the next one gone, that one's body would be
   * taken for a request that nobody has checked.
   */
  test(`behind a request that offers ${what} nothing is smuggled`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    const client = await RawClient.connect(gateway.port)
    client.send(`${request}POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n`)
    await until(() => web.requests.length > 0 || client.ended, 'the first request')
    client.send(smuggled)
    const { code } = await client.response()
    assert.equal(code, 200)
    assert.equal(await client.closed(), '')
    assert.deepEqual(
      web.requests.map(({ line }) => line.split(' ')[1]),
      ['/'],
    )
    await assertUnharmed()
  })
}

const impossible: [what: string, request: string][] = [
  ['of HTTP/1.0, which has no upgrades', SOCKET.replace('HTTP/1.1', 'HTTP/1.0')],
  ['with a body', SOCKET.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nabc')],
  ['with chunks', SOCKET.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n')],
  ['that is no GET', SOCKET.replace('GET', 'POST')],
  ['with a short key', SOCKET.replace(/Key: .*/, 'Key: x')],
]

for (const [what, request] of impossible) {
  /** Hostile: one reader takes what follows for frames, another one for requests. */
  test(`a handshake ${what} is refused, and what is behind it is not read`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const text = await askUntilClosed(gateway.port, `${request}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.match(text, /^HTTP\/1\.1 400 /)
    assert.doesNotMatch(text, /HTTP\/1\.1 [^4]/)
    assert.deepEqual([web.requests.length, backend.connections.length], [0, 0])
    await assertUnharmed()
  })
}

/** Hostile: its answer would look like a part of the first one's. */
test('a handshake behind a request that is not answered yet ends the connection', async () => {
  const assertUnharmed = watchHarm(gateway)
  web.script = {}
  const text = await askUntilClosed(gateway.port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${SOCKET}`)
  assert.equal(text, '')
  assert.equal(backend.connections.length, 0)
  web.reset()
  await assertUnharmed()
})

test('a connection that was used for requests before can become a WebSocket', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await client.response()).code, 200)
  client.send(SOCKET)
  await client.until('101 Switching Protocols')
  client.abort()
})

/** Hostile: if the bytes waited in the system, nobody would see the client leave, and each would leave a request behind. */
test('a client that does not wait for the answer to its handshake is cut, and its backend is left', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.answerWith(() => {})
  const client = await RawClient.connect(gateway.port)
  client.send(SOCKET)
  const connection = await backend.next()
  client.send(Buffer.alloc(200_000))
  await connection.closed()
  await client.closed()
  await assertUnharmed()
})

/** Hostile: who was asked first is not who is to be left. */
test('a client that leaves while a second target thinks: that one is left', async () => {
  backend.answerWith(() => {})
  const client = await RawClient.connect(gateway.port)
  client.send(handshake('/', { host: 'spare.example' }))
  const connection = await backend.next()
  client.abort()
  await connection.closed()
})

/** Hostile: bytes behind the handshake that are no frames. */
test('early bytes that are no frames end the WebSocket with a word why', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.accept(['Sec-WebSocket-Extensions: grip'])
  const client = await RawClient.connect(gateway.port)
  client.send(`${SOCKET}GET / HTTP/1.1\r\nHost: a\r\n\r\n`)
  const text = await client.closed()
  const frames = text.slice(text.indexOf('\r\n\r\n') + 4)
  assert.match(text, /^HTTP\/1\.1 101 /)
  // A close frame, with 1002 in it.
  assert.deepEqual([frames[0], frames.slice(2, 4)], ['\x88', '\x03\xea'])
  assert.equal(web.requests.length, 0)
  await assertUnharmed()
})

test('a backend that switches protocols unasked gives the client nothing of them', async () => {
  web.answer(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  )
  const { code, body } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(code, 502)
  assert.equal(body, 'Error while proxying to origin.\n')
})

for (const answer of [
  '204 No Content\r\n',
  '304 Not Modified\r\nContent-Length: 5\r\n',
  '205 Reset Content\r\nContent-Length: 0\r\n',
]) {
  test(`a refusal without a body is an answer: ${answer.slice(0, 3)}`, async () => {
    backend.answer(`HTTP/1.1 ${answer}\r\n`)
    const text = await askUntilClosed(gateway.port, SOCKET)
    assert.ok(text.startsWith(`HTTP/1.1 ${answer.slice(0, 3)} `))
    assert.ok(text.endsWith('\r\n\r\n'))
    const lines = (): string[] =>
      gateway.log.matching(new RegExp(`ws://socket\\.example/ .* code=${answer.slice(0, 3)} 0$`))
    await until(() => lines().length === 1, 'its line in the log')
  })
}
