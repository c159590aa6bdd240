#!/usr/bin/env node
import { collect, command, parse } from './arguments.ts'
import { runGateway } from './run-gateway.ts'
import { prepareStart } from './start-orders.ts'
import type { CommonOptions } from './start-orders.ts'

/** The proxy without a handler, for those who start that one themselves (GRIP 11.3). */
const options: CommonOptions = parse(
  command('pushpin-proxy', 'The proxy of the pushpin gateway: the workers that clients connect to.')
    .option('--ipc-prefix <prefix>', 'begins the names of internal socket files')
    .option('--route <line>', 'a line of a routes file, used instead of the file; repeatable', collect),
)
await runGateway(prepareStart(options), false)
