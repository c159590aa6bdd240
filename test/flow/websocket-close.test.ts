import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { WebSocketPeer } from '../support/websocket-peer.ts'
import { openPair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets()

interface Ends {
  readonly first: WebSocketPeer
  readonly other: WebSocketPeer
  /** What the first one has to put before its messages. */
  readonly prefix: string
}

for (const from of ['the client', 'the backend'] as const) {
  /** The same with GRIP and without it; the first of the ends is the one that acts. */
  const both = async (check: (ends: Ends) => Promise<void>): Promise<void> => {
    for (const headers of [[], [GRIP]]) {
      backend.accept(headers)
      const { client, server } = await openPair(gateway, backend)
      if (from === 'the client') await check({ first: client, other: server, prefix: '' })
      else await check({ first: server, other: client, prefix: headers.length > 0 ? 'm:' : '' })
      client.vanish()
      server.vanish()
    }
  }

  test(`when ${from} closes, the other end gets code and reason, and its answer comes back`, async () => {
    await both(async ({ first, other }) => {
      first.close(4321, 'bye 🙂')
      assert.equal(await other.next(), 'close 4321 bye 🙂')
      other.close(4321, 'bye 🙂')
      assert.equal(await first.next(), 'close 4321 bye 🙂')
      first.finish()
      other.finish()
      assert.deepEqual(await first.closed(), [])
      assert.deepEqual(await other.closed(), [])
    })
  })

  test(`when ${from} closes without a code, the other end gets none`, async () => {
    await both(async ({ first, other }) => {
      first.close()
      assert.equal(await other.next(), 'close')
    })
  })

  test(`when ${from} vanishes, the other end is cut without a close frame`, async () => {
    await both(async ({ first, other }) => {
      first.vanish()
      assert.deepEqual(await other.closed(), [])
    })
  })

  test(`when ${from} ends its direction without a close frame, it has vanished`, async () => {
    await both(async ({ first, other }) => {
      first.finish()
      assert.deepEqual(await other.closed(), [])
      assert.deepEqual(await first.closed(), [])
    })
  })

  test(`what ${from} said before it closed arrives before the close`, async () => {
    await both(async ({ first, other, prefix }) => {
      const messages = Array.from({ length: 200 }, (_, index) => `${index} ${'x'.repeat(500)}`)
      for (const message of messages) first.sendText(prefix + message)
      first.close(1000, 'done')
      for (const message of messages) assert.equal((await other.nextMessage()).payload.toString(), message)
      assert.equal(await other.next(), 'close 1000 done')
    })
  })
}

test('the answer to a close may have a code of its own', async () => {
  const { client, server } = await openPair(gateway, backend)
  client.close(1000, 'mine')
  assert.equal(await server.next(), 'close 1000 mine')
  server.close(4000, 'yours')
  assert.equal(await client.next(), 'close 4000 yours')
  client.finish()
  assert.deepEqual(await server.closed(), [])
})

test('a client whose backend has closed gets its connection closed even if it does not answer', async () => {
  const { client, server } = await openPair(gateway, backend)
  server.close(1001)
  server.finish()
  assert.equal(await client.next(), 'close 1001')
  assert.deepEqual(await client.closed(), [])
})
