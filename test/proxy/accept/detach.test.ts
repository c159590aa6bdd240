import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, test } from 'node:test'
import { detach, detacher, endDetached } from '../../../proxy/accept/detach.ts'
import { inOrder } from '../../../proxy/accept/in-order.ts'
import { RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'

/** A request that waits for its test, and how often its connection's end was told to the owner. */
interface Waiting {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly socket: Socket
  readonly owner: { closed(): void; ends: number }
}

const requests: Waiting[] = []
const sockets = new Set<Socket>()
const server = createServer(
  inOrder((req, res) => {
    const owner = { ends: 0, closed: () => void owner.ends++ }
    requests.push({ req, res, socket: req.socket, owner })
  }),
)
server.on('connection', (socket: Socket) => sockets.add(socket))
await once(server.listen(0, '127.0.0.1'), 'listening')
after(() => {
  server.close()
  for (const socket of sockets) socket.destroy()
})

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
}

async function connected(): Promise<RawClient> {
  return RawClient.connect((server.address() as AddressInfo).port)
}

async function arrived(path: string): Promise<Waiting> {
  await until(() => requests.some(({ req }) => req.url === path), path)
  const at = requests.findIndex(({ req }) => req.url === path)
  return requests.splice(at, 1)[0] as Waiting
}

/** A request whose response has begun. */
async function begun(client: RawClient, path: string, bytes = get(path)): Promise<Waiting> {
  client.send(bytes)
  const waiting = await arrived(path)
  waiting.res.sendDate = false
  waiting.res.removeHeader('connection')
  waiting.res.writeHead(200)
  waiting.res.flushHeaders()
  await client.until(HEAD)
  return waiting
}

async function detached(client: RawClient, path: string): Promise<Waiting> {
  const waiting = await begun(client, path)
  assert.equal(detach(waiting.req, waiting.res, waiting.owner), true)
  return waiting
}

function end({ socket }: Waiting, keepAlive = true): void {
  socket.write('0\r\n\r\n')
  endDetached(socket, keepAlive)
}

async function answered(client: RawClient, path: string): Promise<void> {
  client.send(get(path))
  const { res } = await arrived(path)
  res.end(path)
  assert.equal((await client.response()).body, path)
}

function count(): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, connections) => resolve(connections)))
}

function listenersOf(socket: Socket): Record<string, number> {
  return Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]))
}

test('a connection has as many listeners when it was given back as before it was taken, however often', async () => {
  const client = await connected()
  await answered(client, '/first')
  const waiting = await begun(client, '/compare')
  const before = listenersOf(waiting.socket)
  waiting.res.end()
  await client.response()
  for (let times = 0; times < 50; times++) {
    const again = await begun(client, '/again')
    assert.equal(again.socket, waiting.socket)
    assert.deepEqual(listenersOf(again.socket), before)
    assert.equal(detach(again.req, again.res, again.owner), true)
    end(again)
    await client.response()
    assert.equal(again.owner.ends, 0)
  }
  await answered(client, '/last')
  client.abort()
})

test('a connection that is taken has nothing of the server that can time it out or keep its request', async () => {
  const client = await connected()
  const { socket, res, req } = await detached(client, '/held')
  assert.equal(socket.listenerCount('drain'), 0)
  assert.equal(res.socket, null)
  assert.equal((socket as Socket & { parser?: unknown }).parser, null)
  // The server ends whatever it knows.
  server.closeAllConnections()
  socket.write('4\r\nthis\r\n')
  await client.until('this')
  assert.equal(req.destroyed && !req.complete, false)
  client.abort()
})

test('the owner is told once that the client has left, and not when the response had ended', async () => {
  const leaving = await connected()
  const held = await detached(leaving, '/leaving')
  leaving.abort()
  await until(() => held.owner.ends > 0, 'the end of the connection')
  const staying = await connected()
  const ended = await detached(staying, '/staying')
  end(ended)
  await staying.response()
  staying.abort()
  await until(() => ended.socket.destroyed, 'the end of the connection')
  assert.deepEqual([held.owner.ends, ended.owner.ends], [1, 0])
})

test('a connection that is idle after a stream is closed like any other', async () => {
  const { keepAliveTimeout } = server
  server.keepAliveTimeout = 20
  try {
    const client = await connected()
    end(await detached(client, '/idle'))
    await client.closed()
  } finally {
    server.keepAliveTimeout = keepAliveTimeout
  }
})

test('a connection that is held is not closed for being idle', async () => {
  const { keepAliveTimeout } = server
  server.keepAliveTimeout = 20
  try {
    const client = await connected()
    await answered(client, '/before')
    const { socket } = await detached(client, '/held')
    assert.ok(!socket.timeout)
    const other = await connected()
    await answered(other, '/other')
    await other.closed()
    assert.equal(client.ended, false)
    client.abort()
  } finally {
    server.keepAliveTimeout = keepAliveTimeout
  }
})

test('a client that takes nothing more after the end is not waited for without end', async () => {
  const { keepAliveTimeout } = server
  server.keepAliveTimeout = 20
  try {
    const client = await connected()
    const waiting = await detached(client, '/stuck')
    client.socket.pause()
    waiting.socket.write(Buffer.alloc(20_000_000))
    end(waiting, false)
    await until(() => waiting.socket.destroyed, 'the end of the connection')
    client.abort()
  } finally {
    server.keepAliveTimeout = keepAliveTimeout
  }
})

test('a connection is not taken in the middle of a request, while requests wait, or while it is paused', async () => {
  const half = await connected()
  const first = await begun(half, '/half', `${get('/half')}GET /n`)
  assert.equal(detach(first.req, first.res, first.owner), false)
  half.send('ext HTTP/1.1\r\nHost: a\r\n\r\n')
  first.res.end()
  await half.response()
  ;(await arrived('/next')).res.end('next')
  assert.equal((await half.response()).body, 'next')

  const two = await connected()
  const second = await begun(two, '/one', get('/one') + get('/two'))
  assert.equal(detach(second.req, second.res, second.owner), false)
  second.res.end()
  await two.response()
  ;(await arrived('/two')).res.end('two')
  assert.equal((await two.response()).body, 'two')

  const paused = await connected()
  const third = await begun(paused, '/paused')
  third.socket.pause()
  assert.equal(detach(third.req, third.res, third.owner), false)
  third.socket.resume()
  // Not before it is read again.
  assert.equal(detach(third.req, third.res, third.owner), false)
  await once(third.socket, 'resume')
  assert.equal(detach(third.req, third.res, third.owner), true)
  for (const client of [half, two, paused]) client.abort()
})

test('a connection is not taken before the body of its request has come', async () => {
  const client = await connected()
  const bytes = 'POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab'
  const { req, res, owner } = await begun(client, '/body', bytes)
  assert.equal(detach(req, res, owner), false)
  client.send('c')
  await until(() => req.complete, 'the end of the body')
  assert.equal(detach(req, res, owner), true)
  client.abort()
})

test('where Node has not what it takes, the response stays what it is', async () => {
  const client = await connected()
  const { req, res, owner, socket } = await begun(client, '/without')
  const before = listenersOf(socket)
  assert.equal(detacher(undefined)(req, res, owner), false)
  assert.deepEqual(listenersOf(socket), before)
  res.end('whole')
  assert.equal((await client.response()).body, 'whole')
  await answered(client, '/after')
  client.abort()
})

test('bytes that come one at a time while a connection is held are kept as what they are, up to a limit', async () => {
  const client = await connected()
  const waiting = await detached(client, '/drip')
  const { socket } = waiting
  const head = `POST /dripped HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n`
  // As they come from the system, piece by piece.
  for (const character of head) socket.emit('data', Buffer.from(character))
  assert.equal(socket.isPaused(), false)
  socket.emit('data', Buffer.alloc(16_384 - head.length, 'a'))
  assert.equal(socket.isPaused(), false)
  socket.emit('data', Buffer.from('a'))
  assert.equal(socket.isPaused(), true)
  client.send('b'.repeat(40_000 - 16_385 + head.length))
  end(waiting)
  const { req, res } = await arrived('/dripped')
  let body = ''
  for await (const piece of req.setEncoding('latin1')) body += String(piece)
  assert.equal(body.length, 40_000)
  assert.match(body, /^a+b+$/)
  res.end('taken')
  await client.response()
  assert.equal((await client.response()).body, 'taken')
  client.abort()
})

test('what was taken out and given back still counts as one connection of the server', async () => {
  await until(async () => (await count()) === 0, 'no connection')
  const client = await connected()
  for (let times = 0; times < 5; times++) {
    const waiting = await detached(client, '/counted')
    assert.equal(await count(), 1)
    end(waiting)
    await client.response()
  }
  await answered(client, '/after')
  assert.equal(await count(), 1)
  client.abort()
  await until(async () => (await count()) === 0, 'no connection')
})
