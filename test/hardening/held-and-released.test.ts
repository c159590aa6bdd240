import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { memoryOf } from '../support/process-tree.ts'
import { RawClient } from '../support/raw-client.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'

const { gateway, backend } = await startBoth()

const COUNT = 600
const REQUEST = 'GET /stream HTTP/1.1\r\nHost: a\r\n\r\n'
const STREAM = 'HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: all\r\nContent-Length: 6\r\n\r\nopened'
const [worker = 0] = gateway.workerPids()

async function connectAll(count = COUNT): Promise<RawClient[]> {
  const clients: RawClient[] = []
  // Not all at once: the queue of those that wait to be accepted is short on some systems.
  while (clients.length < count) {
    const next = Array.from({ length: 100 }, () => RawClient.connect(gateway.port))
    clients.push(...(await Promise.all(next)))
  }
  return clients
}

async function hold(clients: readonly RawClient[]): Promise<void> {
  backend.reset()
  backend.answer(STREAM)
  for (const client of clients) client.send(REQUEST)
  await Promise.all(clients.map((client) => client.until('opened')))
}

async function close(): Promise<void> {
  await gateway.publish([{ channel: 'all', formats: { 'http-stream': { action: 'close' } } }])
}

async function heldNow(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  return ((await response.json()) as { held: number }).held
}

test('600 streams that end and begin again on their connections leave no memory behind', async () => {
  const assertUnharmed = watchHarm(gateway)
  const clients = await connectAll()
  const round = async (): Promise<void> => {
    await hold(clients)
    await close()
    await Promise.all(clients.map((client) => client.response()))
  }
  // Until Node's heap has the size that it keeps for this.
  for (let rounds = 0; rounds < 8; rounds++) await round()
  const before = memoryOf(worker).now
  for (let rounds = 0; rounds < 12; rounds++) await round()
  const grown = memoryOf(worker).now - before
  // 7,200 requests and responses that are still known would be more.
  assert.ok(grown < 45_000_000, `the worker grew by ${grown} bytes`)
  backend.reset()
  for (const client of clients) client.abort()
  await until(async () => (await heldNow()) === 0, 'no connection is held')
  await assertUnharmed()
})

test('what clients send ahead of the end of their streams is not taken in', async () => {
  const assertUnharmed = watchHarm(gateway)
  const clients = await connectAll(100)
  await hold(clients)
  const before = memoryOf(worker).now
  // 100 MB, most of which stays with the clients.
  const flood = Buffer.alloc(1_000_000, 'x')
  for (const client of clients) client.send(flood)
  const mark = '<still served>'
  await gateway.publish([{ channel: 'all', formats: { 'http-stream': { content: mark } } }])
  await Promise.all(clients.map((client) => client.until(mark)))
  const grown = memoryOf(worker).now - before
  assert.ok(grown < 60_000_000, `the worker grew by ${grown} bytes`)
  for (const client of clients) client.abort()
  // A socket that is not read tells of its client's end when it is written to.
  await until(async () => {
    await gateway.publish([{ channel: 'all', formats: { 'http-stream': { content: 'x' } } }])
    return (await heldNow()) === 0
  }, 'no connection is held')
  backend.reset()
  await assertUnharmed()
})
