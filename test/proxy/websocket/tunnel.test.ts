import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { after, test } from 'node:test'
import { memorySockets } from '../../../proxy/websocket/memory-socket.ts'
import { tunnel } from '../../../proxy/websocket/tunnel.ts'
import { until } from '../../support/until.ts'

interface Tunnel {
  readonly client: Socket
  readonly backend: Socket
}

function open(early: readonly Buffer[] = []): Tunnel {
  const [client, nearClient] = memorySockets()
  const [backend, nearBackend] = memorySockets()
  tunnel(nearClient, early, nearBackend)
  return { client, backend }
}

function read(socket: Socket): () => string {
  let text = ''
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')))
  return () => text
}

test('bytes pass both ways, those that came early first', async () => {
  const { client, backend } = open([Buffer.from('ear'), Buffer.from('ly ')])
  const atBackend = read(backend)
  const atClient = read(client)
  client.write('hello')
  backend.write('\0\xff', 'latin1')
  await until(() => atBackend() === 'early hello' && atClient() === '\0\xff', 'the bytes')
})

const directions: [from: keyof Tunnel, to: keyof Tunnel][] = [
  ['client', 'backend'],
  ['backend', 'client'],
]

for (const [from, to] of directions) {
  test(`a ${to} that does not read makes the ${from} wait, and loses nothing`, async () => {
    const ends = open()
    const PIECES = 100
    let taken = 0
    for (let at = 0; at < PIECES; at++) ends[from].write(Buffer.alloc(10_000, 'x'), () => taken++)
    let before = -1
    await until(() => {
      const isSame = before === taken
      before = taken
      return isSame
    }, 'an end of what is taken')
    assert.ok(taken < PIECES, 'all of it was taken')
    let received = 0
    ends[to].on('data', (bytes: Buffer) => (received += bytes.length))
    await until(
      () => received === PIECES * 10_000,
      () => `${PIECES * 10_000} bytes; ${received} came`,
    )
  })

  test(`a ${from} that is cut is left by the ${to}`, async () => {
    const ends = open()
    const closed = once(ends[to].resume(), 'close')
    ends[from].destroy()
    await closed
  })

  test(`a ${from} that ends its direction is still spoken to`, async () => {
    const ends = open()
    const heard = read(ends[from])
    ends[to].resume()
    ends[from].end('last')
    await once(ends[to], 'end')
    ends[to].end('answer')
    await until(() => heard() === 'answer', 'the answer')
  })
}

/** Hostile: whoever holds what is left for it without reading it would hold a socket for ever. */
test('a client that takes nothing of what is left for it is cut when its backend has gone', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  const [near] = (await accepted) as [Socket]
  after(() => server.close())
  const timeouts = t.mock.method(near, 'setTimeout')
  const [backend, nearBackend] = memorySockets()
  tunnel(near, [], nearBackend)
  backend.write(Buffer.alloc(30_000_000))
  await until(() => near.writableLength > 0, 'a client that is full')
  backend.destroy()
  await until(() => timeouts.mock.callCount() > 0, 'a time limit')
  assert.ok(!near.destroyed)
  // The system's clock has no mock: this is what Node emits when the time is over.
  near.emit('timeout')
  assert.ok(near.destroyed)
  client.destroy()
})
