import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

const { gateway, backend } = await startBoth()

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
const POST = 'POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello'

test('pipelined requests are answered in their order, one at the backend at a time', async () => {
  // RFC 9112 9.3.2
  const waiting: Socket[] = []
  backend.script = { whole: (socket) => void waiting.push(socket) }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/1') + get('/2') + get('/3'))
  for (const path of ['/1', '/2', '/3']) {
    const { line } = await backend.next()
    assert.equal(line, `GET ${path} HTTP/1.1`)
    assert.equal(client.pending, '')
    waiting.at(-1)?.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${path}`)
    assert.equal((await client.response()).body, path)
  }
  assert.equal(backend.requests.length, 3)
  client.abort()
})

test('pipelined requests with bodies keep them apart', async () => {
  backend.script = {
    whole: (socket, { body }) => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  }
  const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nworld\r\n0\r\n\r\n'
  const client = await RawClient.connect(gateway.port)
  client.send(POST + chunked + get('/') + POST)
  const bodies: string[] = []
  for (let count = 0; count < 4; count++) bodies.push((await client.response()).body)
  assert.deepEqual(bodies, ['hello', 'world', '', 'hello'])
  client.abort()
})

test('a connection to the backend is used again', async () => {
  await ask(gateway.port, get('/1'))
  await ask(gateway.port, get('/2'))
  const [first, second] = [await backend.next(), await backend.next()]
  assert.equal(first.connection, second.connection)
})

test('a client that leaves is known to the backend at once', async () => {
  let closed: Promise<void> | undefined
  backend.script = {
    whole: (socket) => void (closed = new Promise((resolve) => socket.once('close', () => resolve()))),
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  await backend.next()
  client.abort()
  const left = performance.now()
  await closed
  // 10 ms are meant; the limit leaves room for a busy machine.
  assert.ok(performance.now() - left < 500)
})

test('a client that leaves in the middle of a response is known to the backend at once', async () => {
  let closed: Promise<void> | undefined
  backend.script = {
    whole: (socket) => {
      closed = new Promise((resolve) => socket.once('close', () => resolve()))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhello')
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  await client.until('hello')
  client.abort()
  await closed
})

test('a client that leaves in the middle of its body is known to the backend at once', async () => {
  let closed: Promise<void> | undefined
  backend.script = {
    head: (socket) => void (closed = new Promise((resolve) => socket.once('close', () => resolve()))),
  }
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello')
  await until(() => closed !== undefined, 'the request at the backend')
  client.abort()
  await closed
  assert.deepEqual(backend.requests, [])
})

test('a request after the backend closed an idle connection goes to a new one', async () => {
  await ask(gateway.port, get('/before'))
  backend.cut()
  await backend.openDownTo(0)
  assert.equal((await ask(gateway.port, POST)).code, 200)
})

test('`Connection: close` of a client is obeyed', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  const response = await client.response()
  assert.deepEqual(response.values('connection'), ['close'])
  assert.equal(await client.closed(), '')
})

test('nothing behind a request with `Connection: close` is a request', async () => {
  // RFC 9112 9.6
  const client = await RawClient.connect(gateway.port)
  client.send(`GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${get('/behind')}`)
  assert.equal((await client.response()).code, 200)
  assert.equal(await client.closed(), '')
  await ask(gateway.port, get('/good'))
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET /last HTTP/1.1', 'GET /good HTTP/1.1'],
  )
})

test('a request behind one that is held waits, and leaves with its client', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: c\r\nContent-Length: 5\r\n\r\nheld\n')
  const client = await RawClient.connect(gateway.port)
  client.send(get('/held') + get('/behind'))
  await client.until('held\n')
  client.abort()
  await gateway.log.waitFor(/GET http:\/\/a\/held/)
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  await ask(gateway.port, get('/good'))
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET /held HTTP/1.1', 'GET /good HTTP/1.1'],
  )
})

test('`Connection: close` of a backend does not close the connection of the client', async () => {
  backend.script = {
    whole: (socket) => void socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
  }
  const client = await RawClient.connect(gateway.port)
  for (let times = 0; times < 2; times++) {
    client.send(get('/'))
    const response = await client.response()
    assert.equal(response.body, 'ok')
    assert.ok(!response.values('connection').includes('close'))
  }
  client.abort()
})
