import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, listener, startPusud } from '../support/pusud.ts'
import { until } from '../support/until.ts'
import type { WebSocketClient } from '../support/websocket-client.ts'

const { gateway, port } = await startPusud({ authenticator: 'None' }, { workers: 2 })

let messages = 0

/** Publishes a new message through a client; every client gets it, or its connection has ended. */
async function publishToAll(publisher: WebSocketClient, clients: readonly WebSocketClient[]): Promise<void> {
  const message = `{"type":"publish","channel":"all","content":${++messages}}`
  publisher.sendText(message)
  for (const client of clients) {
    await until(() => client.waiting.includes(`text ${message}`) || client.ended, message)
  }
}

/** How many holds each worker delivered the last message to, as the log says. */
function receivers(): number[] {
  return gateway.log.matching(/publish channel=all receivers=/).map((line) => Number(line.split('=').at(-1)))
}

test('a worker that dies takes only its own clients along, and the next one serves again', async () => {
  const clients: WebSocketClient[] = []
  // The system decides which worker takes a connection.
  while (clients.length < 8 || new Set(receivers()).size < 2) {
    clients.push(await listener(port, 'all'))
    if (clients.length % 8 === 0) await publishToAll(clients[0] as WebSocketClient, clients)
    assert.ok(clients.length < 400)
  }
  const [victim = 0, other = 0] = gateway.workerPids()
  process.kill(victim, 'SIGKILL')
  await until(
    () => clients.some((client) => client.ended),
    () => `the end of the clients of ${victim}`,
  )
  await until(() => gateway.workerPids().some((pid) => pid !== victim && pid !== other), 'a new worker')
  const left = clients.filter((client) => !client.ended)
  assert.ok(left.length > 0)
  const publisher = await authorized(port)
  await publishToAll(publisher, left)
  for (const client of [publisher, ...left]) client.vanish()
})

test('what is published while the handler is gone is delivered when it is back', async () => {
  const client = await listener(port, 'back')
  const workers = gateway.workerPids()
  const handler = gateway.pids().find((pid) => !workers.includes(pid)) ?? 0
  process.kill(handler, 'SIGKILL')
  await gateway.log.waitFor(/handler: ended unexpectedly/)
  const message = '{"type":"publish","channel":"back","content":1}'
  client.sendText(message)
  assert.equal(await client.next(), `text ${message}`)
  client.vanish()
})
