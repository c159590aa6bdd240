import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { memoryOf } from '../support/process-tree.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { WebSocketPeer } from '../support/websocket-peer.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({ config: { proxy: { client_queue_max: 65_536 } } })

const SIZE = 10_000
const MESSAGES = 10_000
/** What a worker may grow by while all of it passes. What is kept because nobody reads it, shows. */
const GROWTH = 50_000_000
const LIMIT = 60_000
// Looks in a row that found nothing more sent.
const STALLED = 40

/** Sends all messages as fast as they are taken. */
function send(peer: WebSocketPeer, prefix: string): void {
  const frame = peer.bytesOf({ payload: prefix + 'x'.repeat(SIZE) })
  let sent = 0
  const more = (): void => {
    while (sent++ < MESSAGES) if (!peer.socket.write(frame)) return
    peer.socket.off('drain', more)
  }
  peer.socket.on('drain', more)
  more()
}

/** Waits until nothing more leaves the socket; earlier, the test would only show less. */
async function stalled(peer: WebSocketPeer): Promise<void> {
  let left = 0
  let same = 0
  await until(
    () => {
      const now = peer.socket.bytesWritten - peer.socket.writableLength
      same = now === left ? same + 1 : 0
      left = now
      return same === STALLED
    },
    'a sender that stops',
    LIMIT,
  )
}

async function assertPaced(from: WebSocketPeer, to: WebSocketPeer, prefix = ''): Promise<void> {
  const [worker = 0] = gateway.workerPids()
  const before = worker === 0 ? undefined : memoryOf(worker)
  let received = 0
  to.tell(({ payload }) => (received += payload.length))
  to.socket.pause()
  send(from, prefix)
  await stalled(from)
  assert.equal(received, 0)
  to.socket.resume()
  const size = MESSAGES * SIZE
  await until(
    () => received >= size,
    () => `${size} bytes; ${received} came`,
    LIMIT,
  )
  assert.equal(received, size)
  if (before === undefined) return
  const grown = memoryOf(worker).peak - before.now
  assert.ok(grown < GROWTH, `the worker grew by ${grown} bytes`)
}

test('a backend that does not read makes its client wait, and loses nothing', async () => {
  const { client, server } = await openPair(gateway, backend)
  await assertPaced(client, server)
})

test('a client that does not read makes its backend wait, and loses nothing', async () => {
  const { client, server } = await openPair(gateway, backend)
  await assertPaced(server, client)
})

test('with GRIP, too', async () => {
  backend.accept([GRIP])
  const { client, server } = await openPair(gateway, backend)
  await assertPaced(server, client, 'm:')
})

async function openOn(channel: string, count: number): Promise<Pair> {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel }))
  const pair = await openPair(gateway, backend)
  await held(gateway, channel, count)
  return pair
}

test('a client that does not read what is published is cut, while others get every byte', async () => {
  const slow = await openOn('flood', 1)
  const quick = await openOn('flood', 2)
  slow.client.socket.pause()
  let received = 0
  quick.client.tell(({ payload }) => (received += payload.length))
  const content = 'x'.repeat(500_000)
  let sent = 0
  const cut = /client too slow/
  while (gateway.log.matching(cut).length === 0) {
    assert.ok(sent < 200, `not cut after ${sent} messages of ${content.length} bytes`)
    await gateway.publish([{ channel: 'flood', formats: { 'ws-message': { content } } }])
    sent++
    await until(
      () => received >= sent * content.length,
      () => `${sent} messages; ${received} bytes came`,
    )
  }
  slow.client.socket.resume()
  await slow.client.closed()
  await slow.server.closed()
  assert.ok(!quick.client.ended)
  quick.client.vanish()
})
