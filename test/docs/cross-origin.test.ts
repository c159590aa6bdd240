import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { RunningCommand, shownCommands } from './console-blocks.ts'

test('docs/cross-origin.md shows what really happens', { skip: needs('curl') }, async () => {
  const commands = shownCommands('docs/cross-origin.md')
  assert.ok(commands.length > 4)
  const gateway = await startGateway({ routes: ['*,aco test'] })
  const holding: { readonly running: RunningCommand; readonly output: string }[] = []
  try {
    for (const { command, output } of commands) {
      const running = new RunningCommand(command, gateway)
      if (command.includes('/response')) {
        holding.push({ running, output })
        await until(() => gateway.log.matching(/\] subscribe /).length === holding.length, `${command} to be held`)
      } else {
        assert.equal((await running.end()).replaceAll('\r', ''), output, command)
      }
    }
    for (const { running, output } of holding) assert.equal(await running.end(), output)
  } finally {
    for (const { running } of holding) await running.kill()
    await gateway.stop()
  }
})
