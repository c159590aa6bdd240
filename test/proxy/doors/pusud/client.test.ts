import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PusudClient } from '../../../../proxy/doors/pusud/client.ts'
import type { ClientContext } from '../../../../proxy/doors/pusud/client-context.ts'
import { socketPair } from '../../../support/socket-pair.ts'
import { until } from '../../../support/until.ts'
import { MASK } from '../../../support/websocket-client.ts'
import { WebSocketPeer } from '../../../support/websocket-peer.ts'

test('a token that is shown again and again costs one timer, and one that ends sooner another', async (t) => {
  const [ours, theirs] = await socketPair(t)
  let timers = 0
  const soon = Date.now() + 60_000
  const context = {
    table: { add() {}, remove() {} },
    wheel: {
      after() {
        timers++
        return { cancel() {} }
      },
    },
    rules: { masked: true, deflate: false, maxMessage: 1000 },
    pingInterval: 0,
    access: { authorize: async (text: string) => ({ read: ['*'], write: [], expires: soon - Number(text) }) },
    gone() {},
  } as unknown as ClientContext
  new PusudClient('a', ours, context).start([])
  const client = new WebSocketPeer(theirs, MASK)
  theirs.on('data', (bytes) => client.read(bytes))
  assert.equal(await client.next(), 'text {"type":"hello"}')
  const authorize = async (authorization: string): Promise<void> => {
    client.sendText(JSON.stringify({ type: 'authorize', authorization }))
    assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  }
  for (let i = 0; i < 100; i++) await authorize('0')
  assert.equal(timers, 1)
  // The one that ends first is waited for.
  await authorize('1000')
  assert.equal(timers, 2)
  client.vanish()
  await until(() => ours.destroyed, 'the end of the connection')
})
