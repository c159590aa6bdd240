import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets()

/** A WebSocket on the channel, with a keep-alive. */
async function openWith(channel: string, keepAlive: object): Promise<Pair> {
  backend.accept([GRIP], (server) => {
    server.control({ type: 'subscribe', channel })
    server.control({ type: 'keep-alive', ...keepAlive })
  })
  const pair = await openPair(gateway, backend)
  await held(gateway, channel)
  return pair
}

async function publish(...channels: string[]): Promise<void> {
  await gateway.publish(channels.map((channel) => ({ channel, formats: { 'ws-message': { content: '.' } } })))
}

function count({ client }: Pair, frame: string): number {
  return client.waiting.filter((waiting) => waiting === frame).length
}

const kinds: [what: string, keepAlive: object, frame: string][] = [
  ['text', { content: 'alive' }, 'text alive'],
  ['text that is said to be text', { content: 'grüße', 'message-type': 'text' }, 'text grüße'],
  ['regularly', { content: 'alive', mode: 'interval' }, 'text alive'],
  ['when idle', { content: 'alive', mode: 'idle' }, 'text alive'],
  ['binary data', { content: 'alive', 'message-type': 'binary' }, 'binary 616c697665'],
  ['base64', { 'content-bin': 'AAH/', 'message-type': 'binary' }, 'binary 0001ff'],
  ['base64 of no type', { 'content-bin': 'YWxpdmU=' }, 'text alive'],
  ['pings', { content: '', 'message-type': 'ping' }, 'ping'],
  ['pongs', { content: '', 'message-type': 'pong' }, 'pong'],
]

test('a silent client gets its keep-alive again and again, of every kind', async () => {
  const pairs: [Pair, string, string][] = []
  for (const [index, [what, keepAlive, frame]] of kinds.entries()) {
    pairs.push([await openWith(`kind-${index}`, { timeout: 1, ...keepAlive }), what, frame])
  }
  for (const [{ client }, what, frame] of pairs) {
    for (let times = 0; times < 2; times++) assert.equal(await client.next(), frame, what)
  }
})

test('a keep-alive ping may carry something', async () => {
  const { client } = await openWith('ping', { content: 'alive', 'message-type': 'ping', timeout: 1 })
  assert.equal(await client.next(), 'ping alive')
})

test('messages put off an idle keep-alive, but not an interval one', async () => {
  const idle = await openWith('idle', { content: 'tick', timeout: 2 })
  const interval = await openWith('interval', { content: 'tick', timeout: 2, mode: 'interval' })
  // Neither waits less than a second, so messages come often enough to leave the idle one no chance.
  await until(
    async () => {
      await publish('idle', 'interval')
      return count(interval, 'text tick') >= 2
    },
    () => `two keep-alives in ${interval.client.waiting.join(', ')}`,
  )
  assert.equal(count(idle, 'text tick'), 0)
  // Without messages it is due.
  await until(
    () => count(idle, 'text tick') > 0,
    () => `a keep-alive in ${idle.client.waiting.join(', ')}`,
  )
})

test('what the backend says puts off an idle keep-alive; what the client says does not', async () => {
  const told = await openWith('told', { content: 'tick', timeout: 2 })
  const telling = await openWith('telling', { content: 'tick', timeout: 2 })
  await until(
    async () => {
      told.server.sendText('m:.')
      telling.client.sendText('.')
      await publish('nobody')
      return count(telling, 'text tick') >= 2
    },
    () => `two keep-alives in ${telling.client.waiting.join(', ')}`,
  )
  assert.equal(count(told, 'text tick'), 0)
})

test('a keep-alive can be replaced and turned off', async () => {
  const replaced = await openWith('replaced', { content: 'first', timeout: 3 })
  replaced.server.control({ type: 'keep-alive', content: 'second', timeout: 1 })
  const off = await openWith('off', { content: 'never', timeout: 2 })
  off.server.control({ type: 'keep-alive' })
  const other = await openWith('other', { content: 'tick', timeout: 2 })
  for (let times = 0; times < 3; times++) assert.equal(await replaced.client.next(), 'text second')
  for (let times = 0; times < 2; times++) assert.equal(await other.client.next(), 'text tick')
  assert.deepEqual(off.client.waiting, [])
})

test('a keep-alive goes on after the backend was detached', async () => {
  const { client, server } = await openWith('detached', { content: 'tick', timeout: 1 })
  server.control({ type: 'detach' })
  assert.match(await server.next(), /^close\b/)
  server.close()
  server.finish()
  await server.closed()
  for (let times = 0; times < 2; times++) assert.equal(await client.next(), 'text tick')
})
