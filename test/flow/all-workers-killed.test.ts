import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { NetConnectOpts } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { commandLineOf } from '../support/process-tree.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({
  workers: 2,
  config: { runner: { local_ports: '{rundir}/clients.sock' } },
})
const socketFile = join(dirname(gateway.routesFile), 'clients.sock')

function handlerPid(): number {
  return gateway.pids().find((pid) => commandLineOf(pid).includes('handler/main.js')) ?? 0
}

/** A client that tries again while there is nobody to serve it. */
async function openStream(where: NetConnectOpts): Promise<RawClient> {
  let open: RawClient | undefined
  await until(
    async () => {
      const client = new RawClient(connect(where))
      client.send(get('/'))
      await until(() => client.ended || client.pending.includes('\r\n\r\n'), 'an answer, or none')
      if (!client.ended) open = client
      return open !== undefined
    },
    () => `a worker on ${JSON.stringify(where)}:\n${gateway.log.toString()}`,
  )
  return open as RawClient
}

async function openStreams(): Promise<RawClient[]> {
  const tcp = { port: gateway.port, host: '127.0.0.1' }
  return Promise.all([openStream(tcp), openStream(tcp), openStream({ path: socketFile })])
}

/** Publishes until every one of the clients has got something. */
async function allGet(clients: readonly RawClient[], content: string): Promise<void> {
  await until(
    async () => {
      await gateway.publish([{ channel: 'all', formats: { 'http-stream': { content } } }]).catch(() => {})
      return clients.every((client) => client.pending.includes(content))
    },
    () => `${content} at all clients:\n${gateway.log.toString()}`,
  )
}

for (const withHandler of [false, true]) {
  const killed = withHandler ? 'every process but the first' : 'all workers'
  test(`after ${killed} died at once, clients that try again are served on all ports`, async () => {
    backend.answer(stream('all'))
    const before = await openStreams()
    await allGet(before, 'before')
    const pids = [...gateway.workerPids(), ...(withHandler ? [handlerPid()] : [])]
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    for (const client of before) await client.closed()
    const after = await openStreams()
    await allGet(after, 'after')
    for (const client of after) client.abort()
    assert.ok(!gateway.ended)
  })
}
