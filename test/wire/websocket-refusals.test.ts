// GRIP 7.1: a backend that refuses, or is none.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { startWebSocketBackend } from '../support/websocket-backend.ts'
import { handshake, openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'

const [dead = 0] = await freePorts(1)
const second = await startWebSocketBackend()
after(() => second.stop())
const { gateway, backend } = await startBothForWebSockets({
  condition: 'a',
  routes: [
    `down.example 127.0.0.1:${dead} 127.0.0.1:${dead}`,
    `down-debug.example,debug 127.0.0.1:${dead} 127.0.0.1:${dead}`,
    `spare.example 127.0.0.1:${dead} BACKEND 127.0.0.1:${second.port}`,
    'http.example,proto=http BACKEND',
    'debug.example,debug BACKEND',
  ],
})

const FAILED = 'Error while proxying to origin.\n'

test('the headers of a refusal reach the client', async () => {
  backend.answer(
    'HTTP/1.1 403 Not For You\r\nContent-Type: application/json\r\nX-A: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n' +
      'Content-Length: 11\r\n\r\n{"no":true}',
  )
  const response = await refusedWebSocket(gateway.port, '/', { host: 'a' })
  assert.equal(response.code, 403)
  assert.deepEqual(
    response.headers.filter((line) => /^(?:content-type|x-a|set-cookie):/i.test(line)),
    ['Content-Type: application/json', 'X-A: 1', 'Set-Cookie: a=1', 'Set-Cookie: b=2'],
  )
})

test('the reason of a refusal reaches the client', async () => {
  backend.answer('HTTP/1.1 403 Not For You\r\nContent-Length: 0\r\n\r\n')
  const response = await refusedWebSocket(gateway.port, '/', { host: 'a' })
  assert.equal(response.line, 'HTTP/1.1 403 Not For You')
})

const refusals: [what: string, answer: string, code: number, body: string][] = [
  ['a redirect', '302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n', 302, ''],
  ['a page that is no WebSocket', '200 OK\r\nContent-Length: 5\r\n\r\nhello', 200, 'hello'],
  ['chunks', '401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwho\r\n1\r\n?\r\n0\r\n\r\n', 401, 'who?'],
  ['a body that ends with the connection', '503 Service Unavailable\r\nConnection: close\r\n\r\nlater', 503, 'later'],
  ['a request for another version', '426 Upgrade Required\r\nContent-Length: 1\r\n\r\nx', 426, 'x'],
]

for (const [what, answer, code, body] of refusals) {
  test(`a backend may refuse with ${what}`, async () => {
    backend.answerWith(({ socket }) => {
      socket.write(`HTTP/1.1 ${answer}`)
      if (answer.includes('close')) socket.end()
    })
    const response = await refusedWebSocket(gateway.port, '/', { host: 'a' })
    assert.equal(response.code, code)
    assert.equal(response.body, body)
  })
}

test('a refusal of 50,000 bytes is passed on whole', async () => {
  const body = 'x'.repeat(50_000)
  backend.answer(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  const response = await refusedWebSocket(gateway.port, '/', { host: 'a' })
  assert.equal(response.code, 400)
  assert.equal(response.body, body)
})

for (const host of ['unknown.example', 'http.example']) {
  test(`without a route for it a WebSocket is refused (${host})`, async () => {
    const response = await refusedWebSocket(gateway.port, '/', { host })
    assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
    assert.equal(response.body, 'Route not found\n')
    assert.equal(backend.connections.length, 0)
  })
}

test('when no target can be reached the client is told, and with debug also which', async () => {
  const plain = await refusedWebSocket(gateway.port, '/', { host: 'down.example' })
  assert.equal(plain.line, 'HTTP/1.1 502 Bad Gateway')
  assert.equal(plain.body, FAILED)
  const debug = await refusedWebSocket(gateway.port, '/', { host: 'down-debug.example' })
  assert.equal(debug.line, 'HTTP/1.1 502 Bad Gateway')
  const target = `127.0.0.1:${dead}`
  assert.equal(debug.body, `Unable to connect to any targets. Tried: ${target}, ${target}\n`)
})

test('a target that cannot be reached is passed over', async () => {
  for (let i = 0; i < 2; i++) {
    const client = await openWebSocket(gateway.port, '/', { host: 'spare.example' })
    client.sendText('hello')
    assert.equal(await (await backend.next()).next(), 'text hello')
    client.vanish()
  }
  assert.equal(second.connections.length, 0)
})

test('a refusal is an answer: no other target is tried', async () => {
  backend.answer('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nown')
  const response = await refusedWebSocket(gateway.port, '/', { host: 'spare.example' })
  assert.equal(response.code, 503)
  assert.equal(response.body, 'own')
  assert.equal(second.connections.length, 0)
})

const failures: [what: string, answer: string | undefined][] = [
  ['closes instead of answering', undefined],
  ['does not speak HTTP', 'hello\r\n\r\n'],
  [
    'answers to another key',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n',
  ],
  ['answers to no key', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
]

for (const [what, answer] of failures) {
  test(`a backend that ${what}: the client reads a sentence`, async () => {
    backend.answerWith(({ socket }) => void (answer === undefined ? socket.destroy() : socket.write(answer)))
    const response = await refusedWebSocket(gateway.port, '/', { host: 'spare.example' })
    assert.equal(response.line, 'HTTP/1.1 502 Bad Gateway')
    assert.equal(response.body, FAILED)
    assert.equal(second.connections.length, 0)
  })
}

test('a backend that has not answered is left when the client leaves', async () => {
  backend.answerWith(() => {})
  const client = await RawClient.connect(gateway.port)
  client.send(handshake('/', { host: 'a' }))
  const connection = await backend.next()
  client.abort()
  await connection.closed()
})
