import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const LIMIT = 5

const { gateway, backend } = await startBoth({ config: { runner: { client_maxconn: LIMIT } } })

/** A client whose stream has begun; undefined when the gateway closed its connection without a word. */
async function streaming(client: RawClient): Promise<RawClient | undefined> {
  client.send(get('/stream'))
  await until(() => client.ended || client.pending.includes('opened'), 'a stream or the end')
  return client.ended ? undefined : client
}

async function connected(): Promise<RawClient | undefined> {
  return streaming(await RawClient.connect(gateway.port))
}

test('held connections, and those used again, count against client_maxconn until they are closed', async () => {
  backend.script = {
    whole: (socket, { line }) => void socket.write(line.includes('/stream') ? stream('limit', [], 'opened') : OK),
  }
  const clients: RawClient[] = []
  for (let count = 0; count < LIMIT; count++) clients.push((await connected()) as RawClient)
  for (let rounds = 0; rounds < 5; rounds++) {
    assert.equal(await connected(), undefined)
    await until(
      () => gateway.log.matching(/client_maxconn reached, connection refused$/).length > rounds,
      'the warning in the log',
    )
    await gateway.publish([{ channel: 'limit', formats: { 'http-stream': { action: 'close' } } }])
    for (const client of clients) {
      await client.response()
      // Once through the parser, so that the next hold is of a connection that was given back.
      client.send(get('/'))
      assert.equal((await client.response()).body, 'ok')
      await streaming(client)
    }
  }
  const [first] = clients
  first?.abort()
  let next: RawClient | undefined
  await until(async () => (next = await connected()) !== undefined, 'a free place')
  assert.equal(await connected(), undefined)
  for (const client of [...clients, next]) client?.abort()
  // All places are free again, and no more than these.
  const again: RawClient[] = []
  await until(async () => {
    const client = await connected()
    if (client !== undefined) again.push(client)
    return again.length === LIMIT
  }, 'all places')
  assert.equal(await connected(), undefined)
  for (const client of again) client.abort()
})
