import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'

const { gateway, backend } = await startBoth()

test('a response reaches the client piece by piece, each before the backend sends the next', async () => {
  for (const [name, head, frame] of [
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', (piece: string) => piece],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', (piece: string) => `3\r\n${piece}\r\n`],
    ['until the end', 'HTTP/1.1 200 OK\r\n\r\n', (piece: string) => piece],
  ] as const) {
    let backendSide: Socket | undefined
    backend.script = {
      whole: (socket) => {
        backendSide = socket
        socket.write(head)
      },
    }
    const client = await RawClient.connect(gateway.port)
    client.send(get('/'))
    await client.until('\r\n\r\n')
    for (const piece of ['one', 'two', 'six']) {
      backendSide?.write(frame(piece))
      await client.until(piece)
    }
    if (name === 'chunked') backendSide?.write('0\r\n\r\n')
    if (name === 'until the end') backendSide?.end()
    assert.equal((await client.response()).body, 'onetwosix', name)
    client.abort()
  }
})

test('an upload reaches the backend piece by piece, each before the client sends the next', async () => {
  for (const [head, frame] of [
    ['Content-Length: 9', (piece: string) => piece],
    ['Transfer-Encoding: chunked', (piece: string) => `3\r\n${piece}\r\n`],
  ] as const) {
    let received = ''
    backend.script = { bytes: (_socket, piece) => void (received += piece) }
    const client = await RawClient.connect(gateway.port)
    client.send(`POST / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`)
    for (const piece of ['one', 'two', 'six']) {
      client.send(frame(piece))
      await until(
        () => received.includes(piece),
        () => `${piece} in ${received}`,
      )
    }
    client.abort()
  }
})

test('an upload and its response flow at the same time', async () => {
  let backendSide: Socket | undefined
  let received = ''
  backend.script = {
    bytes: (socket, piece) => {
      backendSide = socket
      received += piece
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n-')
  await until(() => backendSide !== undefined, 'the request at the backend')
  backendSide?.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
  for (const piece of ['one', 'two', 'six']) {
    client.send(piece)
    await until(() => received.endsWith(piece), `${piece} at the backend`)
    backendSide?.write(piece)
    await client.until(piece)
  }
  assert.equal((await client.response()).body, 'onetwosix')
  client.abort()
})

test('early hints come before the response', async () => {
  let backendSide: Socket | undefined
  backend.script = {
    whole: (socket) => {
      backendSide = socket
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n')
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  const hints = await client.response()
  assert.equal(hints.code, 103)
  assert.deepEqual(hints.values('link'), ['</style.css>; rel=preload'])
  backendSide?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const response = await client.response()
  assert.equal(response.code, 200)
  assert.equal(response.body, 'ok')
  client.abort()
})

test('a backend is told at once when its client has left', async () => {
  let closed = false
  backend.script = {
    whole: (socket) => {
      socket.once('close', () => (closed = true))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart')
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  await client.until('part')
  client.abort()
  await until(() => closed, 'the end of the connection to the backend')
})
