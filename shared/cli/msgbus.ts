#!/usr/bin/env node
import { Command } from 'commander'
import type { CommanderError } from 'commander'
import { MsgbusError } from './msgbus/address.ts'
import { msgchat } from './msgbus/msgchat.ts'
import { msgdump } from './msgbus/msgdump.ts'
import { msgsend } from './msgbus/msgsend.ts'
import { testPub } from './msgbus/test-pub.ts'
import { testSub } from './msgbus/test-sub.ts'
import { version } from './version.ts'

/** The tools of msgbus, with their old options and output. */
const program = new Command('msgbus')
  .description('Publishes to msgbus channels, and shows what is published.')
  .version(`msgbus ${version}`, '--version')
// The old tools in Python end with 2 when they are called in a wrong way, those in C with 1.
for (const [command, code] of [
  [msgsend, 2],
  [msgdump, 2],
  [msgchat, 2],
  [testPub, 1],
  [testSub, 1],
] as const) {
  program.addCommand(command.exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : code)))
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof MsgbusError)) throw error
  console.error(`error: ${error.message}`)
  // Not only the exit code: another subscription may go on.
  process.exit(1)
}
