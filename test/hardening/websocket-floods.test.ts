import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openOverHttp } from '../flow/open-over-http.ts'
import { openPair } from '../flow/open-pair.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { memoryOf } from '../support/process-tree.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { CONTINUATION, PING } from '../support/websocket-frame.ts'
import type { FrameParts } from '../support/websocket-frame.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import type { WebSocketPeer } from '../support/websocket-peer.ts'

const http = await startWebSocketOverHttpBackend()
after(() => http.stop())
const { gateway, backend } = await startBothForWebSockets({
  condition: 'socket.example',
  routes: [`http.example 127.0.0.1:${http.port},over_http`, '* test'],
})

/** What a worker may grow by; each flood would make it grow by several times as much. */
const GROWTH = 100_000_000
const LIMIT = 60_000
// Looks in a row that found nothing more sent.
const STALLED = 200

/** Sends the frame again and again, until all are sent or no more are taken. */
async function flood(peer: WebSocketPeer, parts: FrameParts, count: number): Promise<void> {
  const piece = Buffer.concat(Array.from({ length: 5000 }, () => peer.bytesOf(parts)))
  let left = count / 5000
  const more = (): void => {
    while (left-- > 0) if (!peer.socket.write(piece)) return
  }
  peer.socket.on('drain', more)
  more()
  let before = -1
  let same = 0
  await until(
    () => {
      const now = peer.socket.bytesWritten - peer.socket.writableLength
      same = now === before ? same + 1 : 0
      before = now
      return same === STALLED || peer.ended
    },
    'an end of the flood',
    LIMIT,
  )
  peer.socket.off('drain', more)
}

async function assertBounded(attack: () => Promise<void>): Promise<void> {
  const assertUnharmed = watchHarm(gateway)
  const [worker = 0] = gateway.workerPids()
  const before = memoryOf(worker).now
  await attack()
  const grown = memoryOf(worker).now - before
  assert.ok(grown < GROWTH, `the worker grew by ${grown} bytes`)
  await assertUnharmed()
}

const FLOOD = 3_000_000

for (const [what, parts] of [
  ['empty messages', { payload: '' }],
  ['pings', { opcode: PING }],
] as const) {
  /** Hostile: six bytes each for the client, an object or two for whoever keeps them. */
  test(`${what} for a backend that does not answer over HTTP wait at the client`, async () => {
    await assertBounded(async () => {
      const { client } = await openOverHttp(gateway, http, { host: 'http.example' })
      await flood(client, parts, FLOOD)
      client.vanish()
      http.reset()
    })
  })
}

/** Hostile: the answers to a client that never reads them. */
test('pings of a client without a backend are not answered into memory', async () => {
  backend.accept([GRIP], (server) => server.control({ type: 'detach' }))
  await assertBounded(async () => {
    const { client } = await openPair(gateway, backend, '/', { host: 'socket.example' })
    client.socket.pause()
    await flood(client, { opcode: PING, payload: 'x'.repeat(100) }, FLOOD)
    client.vanish()
  })
})

/** Hostile: seven bytes for each byte of a message that is never whole, of which only the bytes may be kept. */
test('a message in fragments of a byte costs no more memory than its size allows', async () => {
  await assertBounded(async () => {
    const { client } = await openOverHttp(gateway, http, { host: 'http.example' })
    client.sendFrame({ fin: false, payload: 'x' })
    await flood(client, { opcode: CONTINUATION, fin: false, payload: 'x' }, FLOOD)
    client.vanish()
    http.reset()
  })
})
