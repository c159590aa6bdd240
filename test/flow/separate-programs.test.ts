import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Command } from '../support/command.ts'
import { writeGatewayFiles } from '../support/gateway-config.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'

const backend = await startBackend()
const files = await writeGatewayFiles('* 127.0.0.1:1\n', 2, {})
after(() => backend.stop())
after(() => files.remove())

function startProxy(): Command {
  const route = `* 127.0.0.1:${backend.port}`
  return new Command('shared/cli/pushpin-proxy.js', ['--config', files.file, '--ipc-prefix', 'own-', '--route', route])
}

function startHandler(): Command {
  return new Command('handler/main.js', ['--config', files.file, '--ipc-prefix', 'own-'])
}

async function publish(content: string): Promise<number> {
  const items = [{ channel: 'test', formats: { 'http-stream': { content } } }]
  const url = `http://127.0.0.1:${files.publishPort}/publish/`
  return (await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })).status
}

async function stop(command: Command): Promise<void> {
  command.signal('SIGTERM')
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
  assert.ok(!command.alive, 'a process is left')
}

test('proxy and handler work together when each is started by itself, and either can be restarted', async () => {
  const proxy = startProxy()
  await proxy.shows(/\[proxy\] started$/)
  assert.equal((await ask(files.port, get('/'))).body, 'ok')

  backend.answer(stream('test', [], 'first'))
  const client = await RawClient.connect(files.port)
  client.send(get('/'))
  const handler = startHandler()
  await handler.shows(/\[handler\] started$/)
  await client.until('first')
  assert.equal(await publish('one'), 200)
  await client.until('one')

  await stop(handler)
  const next = startHandler()
  await next.shows(/\[handler\] started$/)
  assert.equal(await publish('two'), 200)
  await client.until('two')

  await stop(proxy)
  await client.closed()
  const nextProxy = startProxy()
  await nextProxy.shows(/\[proxy\] started$/)
  const another = await RawClient.connect(files.port)
  another.send(get('/'))
  await another.until('first')
  assert.equal(await publish('three'), 200)
  await another.until('three')
  another.abort()
  await stop(nextProxy)
  await stop(next)
})

test('without a handler a request to be held is refused after a while', async () => {
  const short = await writeGatewayFiles(`* 127.0.0.1:${backend.port}\n`, 1, { proxy: { accept_timeout: 300 } })
  const proxy = new Command('shared/cli/pushpin-proxy.js', ['--config', short.file])
  try {
    await proxy.shows(/\[proxy\] started$/)
    backend.answer(stream('test', [], 'first'))
    const { code, body } = await ask(short.port, get('/'))
    assert.equal(code, 500)
    assert.equal(body, 'Accept service unavailable.\n')
    await stop(proxy)
  } finally {
    await short.remove()
  }
})
