import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Relay } from '../../../proxy/websocket/relay.ts'
import { until } from '../../support/until.ts'
import type { WebSocketPeer } from '../../support/websocket-peer.ts'
import { CONTINUATION, PING } from '../../support/websocket-frame.ts'
import { BACKEND, ends } from './ends.ts'
import type { Ends } from './ends.ts'
import { text, Worker } from './hold-fixture.ts'

interface Relayed {
  readonly worker: Worker
  readonly client: WebSocketPeer
  readonly server: WebSocketPeer
  /** The gateway's. */
  readonly near: { readonly client: Ends; readonly backend: Ends }
}

function relayed(prefix = 'm:'): Relayed {
  const worker = new Worker()
  const client = worker.client({ implicit: ['room'] })
  const backend = ends(BACKEND)
  const messagePrefix = prefix === '' ? undefined : Buffer.from(prefix)
  const { hold } = client
  const relay = new Relay({
    client: client.peer,
    backend: backend.peer,
    hold,
    messagePrefix,
    maxMessage: 1000,
    debug: () => {},
  })
  hold.start(relay)
  relay.start([])
  return { worker, client: client.far, server: backend.far, near: { client, backend } }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('a backend that closes between the fragments of a message: what was published meanwhile is not put into it', async () => {
  const { worker, client, server } = relayed()
  server.sendFrame({ fin: false, payload: 'm:half' })
  await until(() => client.waiting.length === 1, 'the first fragment')
  worker.publish('room', text('x'))
  server.close(3000, 'bye')
  await until(() => client.waiting.length === 2, 'the close')
  assert.deepEqual(client.waiting, ['text half+', 'close 3000 bye'])
})

test('a backend that closes and is gone at once: the client gets the close', async () => {
  const { client, server, near } = relayed()
  // As a client that is behind: its close waits in the socket.
  near.client.socket.cork()
  server.sendText('m:last')
  server.close(3000, 'bye')
  server.socket.end()
  await until(() => near.backend.socket.destroyed, 'the end of the backend')
  near.client.socket.uncork()
  assert.equal(await client.next(), 'text last')
  assert.equal(await client.next(), 'close 3000 bye')
  await until(() => client.ended, 'the end')
})

test('a client that closes and is gone at once: the backend gets all it said', async () => {
  const { client, server, near } = relayed()
  near.backend.socket.cork()
  client.sendText('last')
  client.close(3000, 'bye')
  client.socket.end()
  await until(() => near.client.socket.destroyed, 'the end of the client')
  near.backend.socket.uncork()
  assert.equal(await server.next(), 'text last')
  assert.equal(await server.next(), 'close 3000 bye')
  await until(() => server.ended, 'the end')
})

for (const who of ['client', 'server'] as const) {
  const other = who === 'client' ? 'server' : 'client'
  test(`without a close the ${other} gets none either when the ${who} is gone`, async () => {
    const both = relayed()
    both[who].vanish()
    assert.deepEqual(await both[other].closed(), [])
    assert.equal(both.worker.table.size, 0)
  })

  test(`a ${who} that has said close and goes on is not heard`, async () => {
    const both = relayed('')
    both[who].close(3000, 'bye')
    both[who].sendText('and another thing')
    both[who].close(3001)
    await settled()
    assert.deepEqual(both[other].waiting, ['close 3000 bye'])
  })
}

test('both close at the same moment: each gets one close, and all is over', async () => {
  const { client, server, worker } = relayed()
  client.close(3001)
  server.close(3002)
  assert.equal(await client.next(), 'close 3002')
  assert.equal(await server.next(), 'close 3001')
  await until(() => client.ended && server.ended, 'both ends')
  assert.deepEqual([client.waiting, server.waiting], [[], []])
  assert.equal(worker.table.size, 0)
})

test('a published close is answered by a backend that was waiting for its client', async () => {
  const { client, server, worker, near } = relayed()
  client.socket.pause()
  const sent = Buffer.concat(Array.from({ length: 200 }, () => server.bytesOf({ payload: `m:${'x'.repeat(900)}` })))
  server.sendBytes(sent)
  await until(() => near.backend.peer.isPaused, 'a backend that waits')
  worker.publish('room', { action: 'close', code: 3000, reason: '' })
  assert.equal(near.backend.peer.isPaused, false)
  assert.equal(await server.next(), 'close')
  server.close()
  await until(() => server.ended, 'the end')
})

for (const [what, frame] of [
  ['empty messages', { payload: '' }],
  ['empty fragments', { opcode: CONTINUATION, fin: false }],
  ['pings', { opcode: PING }],
] as const) {
  /** Hostile: without payload nothing seems to be written, and still each frame has a head. */
  test(`a client that floods a backend, which does not read, with ${what} has to wait`, async () => {
    const { client, server, near } = relayed()
    server.socket.pause()
    if (what === 'empty fragments') client.sendFrame({ fin: false, payload: 'x' })
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => client.bytesOf(frame)))
    const PIECES = 200
    let taken = 0
    for (let at = 0; at < PIECES; at++) client.socket.write(Buffer.from(flood), () => taken++)
    await until(() => near.client.peer.isPaused || taken === PIECES, 'a client that waits')
    assert.ok(near.client.peer.isPaused)
    let heard = 0
    server.tell(() => heard++)
    server.socket.resume()
    await until(() => heard >= PIECES * 1000, 'all of them')
    assert.equal(near.client.peer.isPaused, false)
  })
}

/** Hostile: the answers to a client that only asks would fill the memory. */
test('a client without a backend that floods pings and reads nothing gets no more answers than it can read', async () => {
  const { client, server, near } = relayed()
  server.sendText('c:{"type":"detach"}')
  assert.equal(await server.next(), 'close')
  client.socket.pause()
  for (let at = 0; at < 100; at++) {
    client.sendBytes(
      Buffer.concat(Array.from({ length: 100 }, () => client.bytesOf({ opcode: PING, payload: 'x'.repeat(100) }))),
    )
  }
  await until(() => client.socket.writableLength === 0, 'all pings to be taken')
  await settled()
  assert.ok(near.client.peer.waiting < 50_000, `${near.client.peer.waiting} bytes wait`)
})
