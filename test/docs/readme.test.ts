import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { needs } from '../support/programs.ts'
import { RunningCommand, shownCommands } from './console-blocks.ts'

const skip = needs('curl')

test('the README shows what really happens without a backend', { skip }, async () => {
  const gateway = await startGateway({ routes: ['* test'] })
  try {
    await tryInPairs(gateway, 'A hold and a publish, without a backend', 2)
  } finally {
    await gateway.stop()
  }
})

const WITH_BACKEND = 'The same with a backend'
const WEBSOCKET = 'A WebSocket, with a backend that only speaks HTTP'

for (const [program, example, heading, route] of [
  [process.execPath, 'examples/hold-backend.mjs', WITH_BACKEND, '* localhost:8000'],
  ['python3', 'examples/hold-backend.py', WITH_BACKEND, '* localhost:8000'],
  [process.execPath, 'examples/websocket-over-http-chat.mjs', WEBSOCKET, '* localhost:8000,over_http'],
  [process.execPath, 'examples/websocket-chat.mjs', WEBSOCKET, '* localhost:8000'],
] as const) {
  const missing = needs(program)
  test(`the README shows what really happens with ${example}`, { skip: skip || missing }, async () => {
    const [port = 0] = await freePorts(1)
    const backend = spawn(program, [example], { stdio: 'ignore', env: { ...process.env, PORT: String(port) } })
    const closed = once(backend, 'close')
    try {
      await tryWithBackend(heading, route.replace('8000', String(port)))
    } finally {
      backend.kill('SIGKILL')
      await closed
    }
  })
}

async function tryWithBackend(heading: string, route: string): Promise<void> {
  const gateway = await startGateway({ routes: [], args: ['--route', route] })
  try {
    await until(async () => (await fetch(`http://127.0.0.1:${gateway.port}/`)).status < 500, 'the backend')
    await tryInPairs(gateway, heading, 1)
  } finally {
    await gateway.stop()
  }
}

/** Every first command of a section holds, every second one publishes to it. */
async function tryInPairs(gateway: Gateway, heading: string, pairs: number): Promise<void> {
  const commands = shownCommands('README.md', heading)
  assert.equal(commands.length, pairs * 2)
  for (let at = 0; at < commands.length; at += 2) {
    const [hold, publish] = commands.slice(at)
    assert.ok(hold !== undefined && publish !== undefined)
    const holding = new RunningCommand(hold.command, gateway)
    try {
      await until(
        () => gateway.log.matching(/\] subscribe /).length > at / 2,
        () => `${hold.command} to be held:\n${gateway.log.toString()}`,
      )
      assert.equal(await new RunningCommand(publish.command, gateway).end(), publish.output)
      await holding.printed(hold.output)
      assert.equal(holding.output, hold.output)
    } finally {
      await holding.kill()
    }
  }
}
