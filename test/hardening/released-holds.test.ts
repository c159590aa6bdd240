import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { startGateway } from '../support/gateway.ts'
import { memoryOf } from '../support/process-tree.ts'
import { RawClient } from '../support/raw-client.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'

const gateway = await startGateway({ routes: ['* test'] })
after(() => gateway.stop())

const COUNT = 1000

test('the channels of 1000 clients are given up when these leave', async () => {
  const assertUnharmed = watchHarm(gateway)
  // What the handler wants of publishers tells from outside what it is subscribed to.
  const publisher = new XPublisher({ linger: 0 })
  const wanted = new Set<string>()
  publisher.connect(gateway.subSpec)
  const reading = readSubscriptions(publisher, wanted)

  const clients: RawClient[] = []
  for (let at = 0; at < COUNT; at++) {
    const client = await RawClient.connect(gateway.port)
    client.send(`GET /stream?channel=own-${at} HTTP/1.1\r\nHost: a\r\n\r\n`)
    clients.push(client)
  }
  await Promise.all(clients.map((client) => client.until('[stream opened]\n')))
  await until(
    () => wanted.size === COUNT,
    () => `${wanted.size} of ${COUNT} channels are subscribed`,
  )
  for (const client of clients) client.abort()
  await until(
    () => wanted.size === 0,
    () => `${wanted.size} channels are still subscribed`,
  )

  publisher.close()
  await reading
  await assertUnharmed()
})

test('clients that come and go leave no memory behind', async () => {
  const [worker = 0] = gateway.workerPids()
  const round = async (): Promise<void> => {
    const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.connect(gateway.port)))
    for (const client of clients) client.send('GET /stream?channel=same HTTP/1.1\r\nHost: a\r\n\r\n')
    await Promise.all(clients.map((client) => client.until('[stream opened]\n')))
    for (const client of clients) client.abort()
    await Promise.all(clients.map((client) => client.closed()))
  }
  for (let rounds = 0; rounds < 3; rounds++) await round()
  const before = memoryOf(worker).now
  for (let rounds = 0; rounds < 10; rounds++) await round()
  const grown = memoryOf(worker).now - before
  // 3000 clients that are still known would be more.
  assert.ok(grown < 40_000_000, `the worker grew by ${grown} bytes`)
})

async function readSubscriptions(publisher: XPublisher, wanted: Set<string>): Promise<void> {
  for await (const [message] of publisher) {
    const channel = message?.subarray(1).toString() ?? ''
    if (message?.[0] === 1) wanted.add(channel)
    else wanted.delete(channel)
  }
}
