import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { answer, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ workers: 2 })

beforeEach(() => {
  backend.script = {
    whole: (socket, { line }) => void socket.write(line.includes('/stream') ? stream('all') : answer([], 'plain')),
  }
})

const clients: RawClient[] = []
after(() => {
  for (const client of clients) client.abort()
})

let messages = 0

/** Publishes a new message; each client has it in the end, or its connection has ended. */
async function publishToAll(): Promise<string> {
  const content = `<${++messages}>`
  await gateway.publish([{ channel: 'all', formats: { 'http-stream': { content } } }])
  await until(
    () => clients.every((client) => client.ended || client.pending.includes(content)),
    () => `${content} at every client:\n${gateway.log.toString()}`,
  )
  return content
}

/** Opens streams until each of the two workers has some: the system decides which worker takes a connection. */
async function openOnBoth(): Promise<void> {
  for (;;) {
    for (let i = 0; i < 10; i++) {
      const client = await RawClient.connect(gateway.port)
      clients.push(client)
      client.send(get('/stream'))
      await client.until('\r\n\r\n')
    }
    const before = gateway.log.lines.length
    await publishToAll()
    const living = clients.filter((client) => !client.ended).length
    const receivers = (): number[] =>
      gateway.log.lines
        .slice(before)
        .flatMap((line) => / publish channel=all receivers=(\d+)$/.exec(line)?.[1] ?? [])
        .map(Number)
    const sum = (): number => receivers().reduce((a, b) => a + b, 0)
    await until(
      () => sum() >= living,
      () => `log lines about ${living} receivers, not ${sum()}`,
    )
    if (receivers().filter((count) => count > 0).length === 2) return
    assert.ok(clients.length < 1000, 'one worker takes no connections')
  }
}

test('when one worker is killed only its own clients notice, and it is started again', async () => {
  await openOnBoth()
  const [victim = 0, survivor = 0] = gateway.workerPids()
  process.kill(victim, 'SIGKILL')

  const { code } = await ask(gateway.port, get('/plain'))
  assert.equal(code, 200)
  await until(
    () => clients.some((client) => client.ended),
    () => 'the clients of the killed worker to notice',
  )
  await publishToAll()
  await publishToAll()
  const kept = clients.filter((client) => !client.ended)
  assert.ok(kept.length > 0)
  for (const client of kept) {
    const numbers = [...client.pending.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))
    const first = numbers[0] ?? 0
    assert.deepEqual(
      numbers,
      Array.from({ length: messages - first + 1 }, (_, index) => first + index),
    )
  }

  await until(
    () => gateway.workerPids().length === 2,
    () => `the second worker:\n${gateway.log.toString()}`,
  )
  assert.ok(gateway.workerPids().includes(survivor))
  await gateway.log.waitFor(/^\[ERR\] .*\.\d{3} worker \d: ended unexpectedly by SIGKILL, starting it again in/)
  await until(
    async () => {
      const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
      return ((await health.json()) as { workers: number }).workers === 2
    },
    () => 'both workers in /health',
  )
  await openOnBoth()
  for (const client of kept) assert.ok(!client.ended)
})
