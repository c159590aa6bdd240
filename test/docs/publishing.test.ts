import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { RunningCommand, shownCommands } from './console-blocks.ts'

const skip = needs('curl')

test('every command of docs/publishing.md prints what the page says', { skip }, async () => {
  const commands = shownCommands('docs/publishing.md')
  assert.ok(commands.length > 8)
  const gateway = await startGateway({ routes: ['* test'] })
  try {
    for (const { command, output } of commands) {
      assert.equal(await new RunningCommand(command, gateway).end(), output, command)
    }
    assert.deepEqual(gateway.log.matching(/received message with/), [])
  } finally {
    await gateway.stop()
  }
})
