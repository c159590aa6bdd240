import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from '../support/command.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import type { GatewayFiles } from '../support/gateway-config.ts'
import { childrenOf, commandLineOf } from '../support/process-tree.ts'
import { RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const backend = await startBackend()
const files = await writeGatewayFiles(`* 127.0.0.1:${backend.port}\n`, 2, {
  runner: { local_ports: '{rundir}/clients.sock' },
})
after(() => backend.stop())
after(() => files.remove())

async function start(files: GatewayFiles, attempts = 5): Promise<Command> {
  const command = new Command('shared/cli/pushpin.js', ['--config', files.file])
  try {
    await command.shows(/\.\d{3} started$/)
    return command
  } catch (error) {
    // Between two gateways another test may be trying whether one of the ports is free.
    if (attempts === 1 || !String(error).includes('in use')) throw error
    await command.gone()
    return await start(files, attempts - 1)
  }
}

async function openStream(): Promise<RawClient> {
  backend.answer(stream('open', [], 'first'))
  const client = await RawClient.connect(files.port)
  client.send(get('/'))
  await client.until('first')
  return client
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends all processes of a busy gateway, with exit code 0`, async () => {
    const command = await start(files)
    const clients = await Promise.all(Array.from({ length: 20 }, openStream))
    command.signal(signal)
    assert.deepEqual(await command.ended(), { code: 0, signal: null })
    assert.ok(!command.alive, 'a process is left')
    for (const client of clients) await client.closed()
    assert.deepEqual(command.err.lines, [])
    assert.deepEqual(command.out.matching(/^\[ERR\]/), [])
  })
}

test('a SIGTERM to all processes at once, as systemd and timeout send it, is a stop like any other', async () => {
  const command = await start(files)
  const client = await openStream()
  process.kill(-command.pid, 'SIGTERM')
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
  assert.ok(!command.alive, 'a process is left')
  assert.deepEqual(command.out.matching(/^\[ERR\]/), [])
  client.abort()
})

test('a gateway whose first process is killed leaves no process behind, and another can take its place', async () => {
  const command = await start(files)
  const client = await openStream()
  assert.equal(childrenOf(command.pid).length, 3)
  command.signal('SIGKILL')
  await client.closed()
  await command.gone()

  // The same ports and the same socket files.
  const next = await start(files)
  backend.answer(stream('open', [], 'again'))
  const again = await RawClient.connect(files.port)
  again.send(get('/'))
  await again.until('again')
  again.abort()
  next.signal('SIGTERM')
  assert.deepEqual(await next.ended(), { code: 0, signal: null })
})

test('a gateway of which every process was killed can be started again', async () => {
  const command = await start(files)
  const client = await openStream()
  command.killAll()
  await client.closed()
  await command.gone()
  // The files of its sockets are still there.
  assert.ok(existsSync(join(dirname(files.file), 'clients.sock')))
  const next = await start(files)
  const again = await openStream()
  again.abort()
  next.signal('SIGTERM')
  assert.deepEqual(await next.ended(), { code: 0, signal: null })
})

test('what was acknowledged before a stop still reaches the clients', async () => {
  const command = await start(files)
  const clients = await Promise.all(Array.from({ length: 20 }, openStream))
  const items = Array.from({ length: 200 }, (_, index) => ({
    channel: 'open',
    formats: { 'http-stream': { content: `<${index}>${'x'.repeat(1000)}` } },
  }))
  const url = `http://127.0.0.1:${files.publishPort}/publish/`
  const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })
  assert.equal(status, 200)
  command.signal('SIGTERM')
  for (const client of clients) {
    const received = await client.closed()
    assert.equal(received.match(/<\d+>/g)?.length, items.length)
  }
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
})

test('a client that does not read does not keep a gateway from stopping', async () => {
  const command = await start(files)
  const client = await openStream()
  client.socket.pause()
  const url = `http://127.0.0.1:${files.publishPort}/publish/`
  const items = [{ channel: 'open', formats: { 'http-stream': { content: 'x'.repeat(900_000) } } }]
  for (let i = 0; i < 5; i++)
    assert.equal((await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })).status, 200)
  command.signal('SIGTERM')
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
  assert.deepEqual(command.out.matching(/taking too long/), [])
  client.abort()
})

test('a second signal ends a gateway at once', async () => {
  const command = await start(files)
  const handler = childrenOf(command.pid).find((pid) => commandLineOf(pid).includes('handler/main.js')) ?? 0
  // It cannot stop in order now, which would take until it is killed.
  process.kill(handler, 'SIGSTOP')
  command.signal('SIGTERM')
  await command.shows(/\.\d{3} stopping\.\.\.$/)
  command.signal('SIGTERM')
  const { code } = await command.ended()
  assert.equal(code, 1)
  await command.gone()
  assert.deepEqual(command.out.matching(/taking too long/), [])
})
