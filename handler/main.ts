#!/usr/bin/env node
import { command, integerOption, parse } from '../shared/cli/arguments.ts'
import { prepareStart } from '../shared/cli/start-orders.ts'
import type { CommonOptions } from '../shared/cli/start-orders.ts'
import { runAlone, runAsChild } from '../shared/supervise/child.ts'
import { startHandler } from './handler.ts'

if (process.argv[2] === '--supervised') {
  runAsChild('handler', startHandler)
} else {
  const options: CommonOptions = parse(
    command('pushpin-handler', 'The handler of the pushpin gateway: takes what is published to the workers.')
      .option('--ipc-prefix <prefix>', 'begins the names of internal socket files')
      .option(
        '--port-offset <n>',
        'added to the publish ports',
        integerOption(0, 'port offset must be greater than or equal to 0'),
      ),
  )
  const { orders, levelOf, warnings } = prepareStart(options)
  for (const warning of warnings) console.error(warning)
  runAlone('handler', { ...orders, log: { ...orders.log, level: levelOf('handler') } }, startHandler)
}
