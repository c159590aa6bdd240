import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Command } from '../support/command.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import type { GatewayFiles } from '../support/gateway-config.ts'
import { childrenOf } from '../support/process-tree.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const backend = await startBackend()
const files = await writeGatewayFiles(`* 127.0.0.1:${backend.port}\n`, 2, {})
after(() => backend.stop())
after(() => files.remove())

async function start({ file }: GatewayFiles): Promise<Command> {
  const command = new Command('shared/cli/pushpin.js', ['--config', file])
  await command.out.waitFor(/\[pushpin\] started$/)
  return command
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

test('a gateway that was stopped leaves its ports to the next', async () => {
  for (let round = 0; round < 2; round++) {
    const command = await start(files)
    backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    assert.equal((await ask(files.port, get('/'))).body, 'ok')
    command.signal('SIGTERM')
    assert.deepEqual(await command.ended(), { code: 0, signal: null })
  }
})
