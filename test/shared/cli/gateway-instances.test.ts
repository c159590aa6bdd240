import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import { Push } from 'zeromq'
import { Command } from '../../support/command.ts'
import { freePorts } from '../../support/free-ports.ts'
import { writeGatewayFiles } from '../../support/gateway-config.ts'
import type { GatewayFiles } from '../../support/gateway-config.ts'
import { ask, RawClient } from '../../support/raw-client.ts'
import { LIMIT } from '../../support/until.ts'

const GET = 'GET /stream?channel=test HTTP/1.1\r\nHost: localhost\r\n\r\n'
const files = await writeGatewayFiles('* 127.0.0.1:1\n', 1, {})
after(() => files.remove())

async function start(...args: string[]): Promise<Command> {
  const command = new Command('shared/cli/pushpin.js', ['--config', files.file, ...args])
  await command.shows(/\.\d{3} started$/)
  return command
}

async function stop(command: Command): Promise<void> {
  command.signal('SIGTERM')
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
}

test('routes on the command line replace the routes file', async () => {
  const command = await start('--route', 'other.example 127.0.0.1:1', '--route', '* test')
  assert.equal((await ask(files.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).code, 200)
  assert.equal((await ask(files.port, 'GET / HTTP/1.1\r\nHost: other.example\r\n\r\n')).code, 502)
  await stop(command)
})

test('a port on the command line replaces those of the config file', async () => {
  const [port = 0] = await freePorts(1)
  for (const option of [`--port=127.0.0.1:${port}`, `--port=${port}`]) {
    const command = await start('--route', '* test', option)
    assert.equal((await ask(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).code, 200)
    await assert.rejects(RawClient.connect(files.port))
    await stop(command)
  }
})

test('a second instance with an id runs beside the first, with its publish ports moved', async () => {
  const [port = 0, http = 0, pull = 0, sub = 0, command = 0] = await freePorts(5)
  // With the id 1 all of these get 10 added.
  const second = await writeGatewayFiles('* test\n', 1, {
    global: { rundir: dirname(files.file) },
    handler: {
      push_in_http_port: http - 10,
      push_in_spec: `tcp://127.0.0.1:${pull - 10}`,
      push_in_sub_specs: `tcp://127.0.0.1:${sub - 10}`,
      command_spec: `tcp://127.0.0.1:${command - 10}`,
    },
  })
  const running = await start('--route', '* test')
  const args = ['--config', second.file, '--id', '1', '--port', `127.0.0.1:${port}`]
  const other = new Command('shared/cli/pushpin.js', args)
  await other.shows(/\.\d{3} started$/)

  const push = new Push({ linger: 0, sendTimeout: LIMIT })
  push.connect(`tcp://127.0.0.1:${pull}`)
  try {
    const first = await openStream(files)
    const moved = await openStream({ port })
    await publish(http, 'to the second;')
    await moved.until('to the second;')
    await push.send('J{"channel":"test","http-stream":{"content":"pushed"}}')
    await moved.until('pushed')
    await publish(files.publishPort, 'to the first')
    assert.ok(!(await first.until('to the first')).includes('second'))
    first.abort()
    moved.abort()
  } finally {
    push.close()
    await stop(other)
    await stop(running)
    await second.remove()
  }
})

async function openStream({ port }: Pick<GatewayFiles, 'port'>): Promise<RawClient> {
  const client = await RawClient.connect(port)
  client.send(GET)
  await client.until('\r\n\r\n')
  return client
}

async function publish(port: number, content: string): Promise<void> {
  const items = [{ channel: 'test', formats: { 'http-stream': { content } } }]
  const answer = await fetch(`http://127.0.0.1:${port}/publish/`, { method: 'POST', body: JSON.stringify({ items }) })
  assert.equal(answer.status, 200)
}
