import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { PieceWriter } from '../support/piece-writer.ts'
import { memoryOf } from '../support/process-tree.ts'
import { RawClient } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import { until, within } from '../support/until.ts'

const { gateway, backend } = await startBoth()

const SIZE = 200_000_000
/** What a worker may grow by. A body that is kept anywhere, even once, shows. */
const GROWTH = 100_000_000
// Milliseconds.
const LIMIT = 60_000

const UPLOAD = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`
const DOWNLOAD = `HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** Fails if the worker's memory was ever much larger while `work` ran than before it. */
async function assertFlatMemory(work: () => Promise<void>): Promise<void> {
  const [worker = 0] = gateway.workerPids()
  const before = memoryOf(worker)
  await work()
  const grown = memoryOf(worker).peak - before.now
  assert.ok(grown < GROWTH, `the worker grew by ${grown} bytes`)
}

/** Makes the backend answer with a large body; resolves with what writes it. */
function largeAnswer(): Promise<PieceWriter> {
  return new Promise((resolve) => {
    backend.script = {
      head: (socket) => {
        socket.write(DOWNLOAD)
        resolve(new PieceWriter(socket, SIZE))
      },
    }
  })
}

test('an upload of 200 MB arrives whole, and the worker never has much of it', async () => {
  let received = -1
  backend.script = {
    bytes: (socket: Socket, piece: string) => {
      // The first piece has the head, and as Node sends it nothing else.
      received += received === -1 ? 1 + piece.length - piece.indexOf('\r\n\r\n') - 4 : piece.length
      if (received === SIZE) socket.write(OK)
    },
  }
  await assertFlatMemory(async () => {
    const client = await RawClient.connect(gateway.port)
    client.send(UPLOAD)
    await within(new PieceWriter(client.socket, SIZE).done, 'all of the body is taken', LIMIT)
    assert.equal((await client.response({ limit: LIMIT })).code, 200)
    client.abort()
  })
  assert.equal(received, SIZE)
})

test('a download of 200 MB arrives whole, and the worker never has much of it', async () => {
  void largeAnswer()
  await assertFlatMemory(async () => {
    const client = await RawClient.connect(gateway.port)
    client.send(GET)
    await client.until('\r\n\r\n')
    let received = client.pending.length - client.pending.indexOf('\r\n\r\n') - 4
    client.count((bytes) => (received += bytes))
    await until(
      () => received === SIZE,
      () => `${received} of ${SIZE} bytes`,
      LIMIT,
    )
    client.abort()
  })
})

test('a client that does not read stops the backend, not the memory', async () => {
  const answer = largeAnswer()
  await assertFlatMemory(async () => {
    const client = await RawClient.connect(gateway.port)
    client.send(GET)
    await client.until('\r\n\r\n')
    client.socket.pause()
    const writer = await answer
    await standstill(() => writer.taken)
    assert.ok(writer.taken < SIZE / 2, `${writer.taken} bytes were taken for a client that reads nothing`)
    client.abort()
    await within(writer.done, "the end of the backend's connection")
  })
})

test('a backend that does not read stops the client, not the memory', async () => {
  backend.script = { bytes: (socket) => void socket.pause() }
  await assertFlatMemory(async () => {
    const client = await RawClient.connect(gateway.port)
    client.send(UPLOAD)
    const writer = new PieceWriter(client.socket, SIZE)
    await standstill(() => writer.taken)
    assert.ok(writer.taken < SIZE / 2, `${writer.taken} bytes were taken for a backend that reads nothing`)
    client.abort()
    await within(writer.done, "the end of the client's connection")
  })
})

/** Waits until the number has not changed for many looks in a row. */
async function standstill(number: () => number): Promise<void> {
  let last = -1
  let same = 0
  await until(() => {
    same = number() === last ? same + 1 : 0
    last = number()
    return same > 60
  }, 'a standstill')
}
