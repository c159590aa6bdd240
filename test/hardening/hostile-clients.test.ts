import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import { watchHarm } from '../support/unharmed.ts'

const { gateway, backend } = await startBoth()

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

/** Bytes without any order, the same in every run. */
function noise(seed: string, blocks = 32): Buffer {
  return Buffer.concat(Array.from({ length: blocks }, (_, at) => createHash('sha256').update(`${seed} ${at}`).digest()))
}

/** Sends bytes to the port and waits until the gateway has closed the connection. */
async function sendAndLeave(bytes: string | Buffer): Promise<string> {
  const client = await RawClient.connect(gateway.port)
  client.send(bytes)
  client.finish()
  return await client.closed()
}

// What scanners, broken clients and attackers send; a parser that throws on one of these would end everybody's connections.
const garbage: [what: string, bytes: string | Buffer][] = [
  ['nothing at all', ''],
  ['a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a ZeroMQ greeting', Buffer.from('ff00000000000000017f03004e554c4c', 'hex')],
  ['a PROXY line', 'PROXY TCP4 6.6.6.6 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['zeros', Buffer.alloc(10_000)],
  ['line ends', '\r\n'.repeat(10_000)],
  ['noise', noise('client')],
  ['a request line without end', `GET /${'a'.repeat(1_000_000)}`],
  ['a header name without end', `GET / HTTP/1.1\r\nHost: a\r\n${'a'.repeat(1_000_000)}`],
  ['a header value without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(1_000_000)}`],
  ['header lines without end', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(100_000)}`],
  [
    'trailers without end',
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'X: 1\r\n'.repeat(100_000)}`,
  ],
  [
    'a chunk size without end',
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(1_000_000)}`,
  ],
]

for (const [what, bytes] of garbage) {
  test(`${what} harms nobody else`, async () => {
    const assertUnharmed = watchHarm(gateway)
    const received = await sendAndLeave(bytes)
    assert.ok(received === '' || /^HTTP\/1\.1 [45]\d\d /.test(received), received)
    await assertUnharmed()
  })
}

test('noise on 200 connections at once harms nobody else', async () => {
  const assertUnharmed = watchHarm(gateway)
  await Promise.all(Array.from({ length: 200 }, (_, at) => sendAndLeave(noise(String(at), 4))))
  await assertUnharmed()
})

test('a good request cut at any byte harms nobody else', async () => {
  const request = 'POST /p?q HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nX: 1\r\n\r\n'
  const assertUnharmed = watchHarm(gateway)
  await Promise.all(Array.from({ length: request.length }, (_, at) => sendAndLeave(request.slice(0, at))))
  assert.deepEqual(backend.requests, [])
  await assertUnharmed()
})

test('a good request in single bytes is a good request', async () => {
  const client = await RawClient.connect(gateway.port)
  for (const byte of get('/slow')) {
    client.send(byte)
    await new Promise(setImmediate)
  }
  assert.equal((await client.response()).code, 200)
  client.abort()
})

test('a flood of pipelined requests is answered in order or cut, and reaches the backend one by one', async () => {
  // Each would otherwise be a request in memory, at the price of 40 bytes.
  let atOnce = 0
  let most = 0
  backend.script = {
    whole: (socket, { line }) => {
      most = Math.max(most, ++atOnce)
      setImmediate(() => {
        atOnce--
        const path = line.split(' ')[1] ?? ''
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
      })
    },
  }
  const assertUnharmed = watchHarm(gateway)
  const client = await RawClient.connect(gateway.port)
  client.send(Array.from({ length: 500 }, (_, at) => get(`/${at}`)).join(''))
  for (let answered = 0; answered < 500; answered++) {
    const response = await client.response().catch(() => undefined)
    if (response === undefined) break
    assert.equal(response.body, `/${answered}`)
  }
  client.abort()
  assert.ok(most <= 1, `${most} requests of one client at the backend at once`)
  await assertUnharmed()
})

test('300 clients that leave in the middle leave no connection to the backend behind', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.script = {}
  const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.connect(gateway.port)))
  for (const client of clients) client.send(get('/waits'))
  for (const _ of clients) await backend.next()
  for (const client of clients) client.abort()
  await backend.openDownTo(1)
  backend.answer(OK)
  await assertUnharmed()
})

test('a backend that dies with 300 requests leaves no client waiting', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.script = { whole: (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello') }
  const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.connect(gateway.port)))
  for (const client of clients) client.send(get('/dies'))
  await Promise.all(clients.map((client) => client.until('hello')))
  backend.cut()
  await Promise.all(clients.map((client) => client.closed()))
  for (const client of clients) await assert.rejects(client.response(), /closed before a whole response/)
  backend.answer(OK)
  await assertUnharmed()
})

test('a CONNECT whose client resets the connection throws nowhere', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.answer(OK)
  for (let i = 0; i < 50; i++) {
    const client = await RawClient.connect(gateway.port)
    client.send('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n')
    client.socket.resetAndDestroy()
  }
  await assertUnharmed()
})

test('a CONNECT behind a request that is not answered ends the connection, and is never an answer to that one', async () => {
  const assertUnharmed = watchHarm(gateway)
  backend.script = {}
  const client = await RawClient.connect(gateway.port)
  client.send(`${get('/waits')}CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n`)
  assert.equal(await client.closed(), '')
  backend.answer(OK)
  await assertUnharmed()
})
