import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { Command } from '../../support/command.ts'
import { freePorts } from '../../support/free-ports.ts'
import { writeGatewayFiles } from '../../support/gateway-config.ts'
import type { Config } from '../../support/gateway-config.ts'

/** Starts a gateway that cannot start; returns its one sentence. No process may be left, and no stack trace be shown. */
async function refusal(config: Config, args: readonly string[] = []): Promise<{ sentence: string; file: string }> {
  const files = await writeGatewayFiles('* test\n', 2, config)
  try {
    const command = new Command('shared/cli/pushpin.js', ['--config', files.file, ...args])
    assert.deepEqual(await command.ended(), { code: 1, signal: null })
    assert.ok(!command.alive, 'a process is left')
    assert.equal(command.err.lines.length, 1, command.err.toString())
    assert.deepEqual(command.out.matching(/\.\d{3} started|^\s+at /), [])
    return { sentence: command.err.lines[0] ?? '', file: files.file }
  } finally {
    await files.remove()
  }
}

/** Runs with a port that somebody else listens on. */
async function withTakenPort(run: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  try {
    await run(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    await once(server.close(), 'close')
  }
}

test('a broken value is told with file and line', async () => {
  const { sentence, file } = await refusal({ handler: { id_cache_ttl: 'soon' } })
  assert.match(sentence, /^error: (?:\S+):(\d+): .*id_cache_ttl/)
  assert.ok(sentence.startsWith(`error: ${file}:`), sentence)
})

test('a client port that is taken is told, with the address', async () => {
  await withTakenPort(async (port) => {
    const { sentence } = await refusal({ runner: { http_port: `127.0.0.1:${port}` } })
    assert.match(sentence, new RegExp(`^error: .*127\\.0\\.0\\.1:${port}.*in use`))
  })
})

for (const [door, key, others] of [
  ['msgbus', 'port', {}],
  ['pushd', 'port', {}],
  ['pushd', 'stats_port', { port: 0 }],
  ['pushd', 'long_polling_port', { port: 0, stats_port: '' }],
  ['pusud', 'port', { authenticator: 'None' }],
  ['socket-push', 'port', {}],
  ['socket-push', 'admin_port', { port: 0 }],
] as const) {
  test(`${key} of ${door} that is taken is told, with the address`, async () => {
    await withTakenPort(async (port) => {
      const { sentence } = await refusal({ [door]: { ...others, [key]: port } })
      assert.equal(sentence, `error: cannot listen for ${door} on 127.0.0.1:${port}: the address is in use`)
    })
  })
}

for (const key of ['push_in_spec', 'push_in_sub_specs', 'command_spec'] as const) {
  test(`a port of ${key} that is taken is told, with the address`, async () => {
    await withTakenPort(async (port) => {
      const { sentence } = await refusal({ handler: { [key]: `tcp://127.0.0.1:${port}` } })
      assert.match(sentence, new RegExp(`^error: .*tcp://127\\.0\\.0\\.1:${port}.*in use`, 'i'))
    })
  })
}

test('a publish port that is taken is told, with the address', async () => {
  await withTakenPort(async (port) => {
    const { sentence } = await refusal({ handler: { push_in_http_port: port } })
    assert.match(sentence, new RegExp(`^error: .*127\\.0\\.0\\.1:${port}.*in use`, 'i'))
  })
})

test('a route on the command line that cannot be read stops the start', async () => {
  const { sentence } = await refusal({}, ['--route', '* localhost'])
  assert.equal(sentence, 'error: <route>:1: target bad format')
})

test('a gateway without any port for clients does not start', async () => {
  const { sentence } = await refusal({ runner: { http_port: '' } })
  assert.equal(sentence, 'error: no server ports configured')
})

test('a second gateway in the same directory is refused, and the first is not disturbed', async () => {
  const files = await writeGatewayFiles('* test\n', 1, {})
  const first = new Command('shared/cli/pushpin.js', ['--config', files.file])
  await first.shows(/\.\d{3} started$/)
  const [port = 0, http = 0, pull = 0, sub = 0, command = 0] = await freePorts(5)
  const { sentence } = await refusal({
    global: { rundir: files.file.replace(/\/[^/]*$/, '') },
    runner: { http_port: `127.0.0.1:${port}` },
    handler: {
      push_in_http_port: http,
      push_in_spec: `tcp://127.0.0.1:${pull}`,
      push_in_sub_specs: `tcp://127.0.0.1:${sub}`,
      command_spec: `tcp://127.0.0.1:${command}`,
    },
  })
  assert.match(sentence, /^error: .*another gateway is running with this rundir and ipc_prefix$/)
  const health = await fetch(`http://127.0.0.1:${files.publishPort}/health`)
  assert.equal(health.status, 200)
  first.signal('SIGTERM')
  assert.deepEqual(await first.ended(), { code: 0, signal: null })
  await files.remove()
})
