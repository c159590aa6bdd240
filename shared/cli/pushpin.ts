#!/usr/bin/env node
import { findConfigFile } from '../config/find-config-file.ts'
import { parseListener } from '../config/listeners.ts'
import { collect, command, fail, integerOption, parse } from './arguments.ts'
import { runGateway } from './run-gateway.ts'
import { prepareStart } from './start-orders.ts'
import type { CommonOptions } from './start-orders.ts'

interface Options extends CommonOptions {
  readonly port?: string
  readonly id?: number
}

/** The runner: starts proxy and handler and keeps them running (GRIP 11.2). */
const options: Options = parse(
  command('pushpin', 'Reverse proxy for realtime web applications.')
    .option('-m, --merge-output', 'accepted for compatibility: the log is always one')
    .option('--port <[addr:]port>', 'listen for clients here, instead of where the config file says')
    .option(
      '--id <n>',
      'instance number, for several on one host',
      integerOption(0, 'id must be greater than or equal to 0'),
    )
    .option('--route <line>', 'a line of a routes file, used instead of the file; repeatable', collect),
)

const instance = options.id === undefined ? {} : { ipcPrefix: `p${options.id}-`, portOffset: options.id * 10 }
const found = options.config === undefined ? findConfigFile(process.cwd()) : undefined
const prepared = {
  ...prepareStart({ ...options, ...instance, ...(found === undefined ? {} : { config: found }) }),
  wasFound: found !== undefined,
}
await runGateway(options.port === undefined ? prepared : withPort(options.port), true)

/** `--port` replaces every listener of the config file by one. */
function withPort(text: string): typeof prepared {
  if (text === '0') fail('port must be greater than or equal to 1')
  const listener = parseListener(text) ?? fail(`port must be PORT or ADDRESS:PORT, not '${text}'`)
  const { settings } = prepared.orders
  const runner = { ...settings.runner, http_port: [listener], https_ports: [], local_ports: [] }
  return { ...prepared, orders: { ...prepared.orders, settings: { ...settings, runner } } }
}
