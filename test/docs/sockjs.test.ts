import assert from 'node:assert/strict'
import { test } from 'node:test'
import { held } from '../flow/held.ts'
import { startGateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { RunningCommand, shownCommands } from './console-blocks.ts'

test('docs/sockjs.md shows what really happens by hand', { skip: needs('curl') }, async () => {
  const commands = shownCommands('docs/sockjs.md')
  assert.equal(commands.length, 7)
  const gateway = await startGateway({ routes: [], args: ['--route', '*,sockjs=/sockjs,sockjs_as_path=/ws test'] })
  try {
    for (const { command, output } of commands) {
      assert.equal(await new RunningCommand(command, gateway).end(), output)
      await held(gateway, 'test')
    }
  } finally {
    await gateway.stop()
  }
})
