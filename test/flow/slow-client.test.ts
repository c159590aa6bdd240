import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ config: { proxy: { client_queue_max: 65_536 } } })

interface Health {
  readonly counts: Readonly<Record<string, number>>
}

async function counted(name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  return ((await response.json()) as Health).counts[name] ?? 0
}

test('a client that stops reading is cut, and delays nobody', async () => {
  backend.answer(stream('flood'))
  const slow = await holdOn(gateway, 'flood')
  slow.socket.pause()
  const fast = await holdOn(gateway, 'flood', get('/flood'), 2)
  const block = 'x'.repeat(100_000)
  let published = 0
  await until(
    async () => {
      const end = `<${++published}>`
      await gateway.publish([{ channel: 'flood', formats: { 'http-stream': { content: block + end } } }])
      // Each message arrives before the next is sent, while the other client takes nothing.
      await fast.until(end)
      return gateway.log.matching(/client too slow/).length > 0
    },
    () => `the slow client to be cut after ${published} messages:\n${gateway.log.toString()}`,
    30_000,
  )
  const [line = ''] = gateway.log.matching(/client too slow/)
  assert.match(line, /^\[WARN\] .*\[proxy\] http:\/\/localhost\/flood: client too slow, cut with \d+ bytes waiting$/)
  slow.socket.resume()
  await slow.closed()
  // Workers report once a second.
  await until(async () => (await counted('slow_clients_cut')) === 1, 'the count in /health')
  await gateway.publish([{ channel: 'flood', formats: { 'http-stream': { content: 'after' } } }])
  await fast.until('after')
  fast.abort()
})

test('a message larger than what may wait is no reason to cut a client that reads', async () => {
  backend.answer(stream('large'))
  const client = await holdOn(gateway, 'large')
  const content = 'y'.repeat(500_000)
  await gateway.publish([{ channel: 'large', formats: { 'http-stream': { content } } }])
  await client.until(content)
  await gateway.publish([{ channel: 'large', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, content)
  client.abort()
})
