import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { root } from '../root.ts'
import type { Running, StartOptions, System } from './system.ts'

/** The gateway of this project, with one worker like its rivals, or with more. */
export function gateway(workers: number, runner = join(root, 'dist/shared/cli/pushpin.js')): System {
  return {
    title: workers === 1 ? 'gateway' : `gateway, ${workers} workers`,
    missing: () => undefined,
    start: (options) => start(options, workers, runner),
  }
}

async function start(options: StartOptions, workers: number, runner: string): Promise<Running> {
  const { directory, backendPort, logLevel, env } = options
  const [port = 0, publishPort = 0, pullPort = 0, sub = 0, command = 0] = await freePorts(5)
  const file = join(directory, 'pushpin.conf')
  await writeFile(join(directory, 'routes'), `* 127.0.0.1:${backendPort}\n`)
  await writeFile(
    file,
    `[global]
rundir=${directory}
[runner]
http_port=127.0.0.1:${port}
log_level=${logLevel}
[proxy]
workers=${workers}
routesfile=routes
[handler]
push_in_http_port=${publishPort}
push_in_spec=tcp://127.0.0.1:${pullPort}
push_in_sub_specs=tcp://127.0.0.1:${sub}
command_spec=tcp://127.0.0.1:${command}
`,
  )
  const child = new Child(process.execPath, [runner, '--config', file], join(directory, 'log'), env)
  await child.listens(port)
  await child.listens(publishPort)
  return { child, port, publishPort, publishStyle: 'grip', pullPort }
}
