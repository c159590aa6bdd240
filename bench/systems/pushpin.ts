import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { findProgram } from './installed.ts'
import type { Running, StartOptions, System } from './system.ts'

const READY_LIMIT = 10_000
const ANSWER_LIMIT = 500

/** The reference, as Debian packages it. */
export const pushpin: System = {
  title: 'Pushpin',
  missing() {
    const absent = ['pushpin', 'condure', 'zurl'].filter((name) => findProgram(name) === undefined)
    return absent.length === 0 ? undefined : `Pushpin (Debian: pushpin; not found: ${absent.join(', ')})`
  },
  start,
}

async function start({ directory, backendPort, logLevel }: StartOptions): Promise<Running> {
  const [port = 0, publishPort = 0, pullPort = 0, sub = 0, command = 0] = await freePorts(5)
  const file = join(directory, 'pushpin.conf')
  await writeFile(join(directory, 'routes'), `* 127.0.0.1:${backendPort}\n`)
  // Its own zurl instead of the machine's. The shipped message_rate is a brake of 2500 deliveries a second: off.
  await writeFile(
    file,
    `[global]
include={libdir}/internal.conf
rundir=${directory}
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:${port}
logdir=${directory}
log_level=${logLevel}
client_buffer_size=8192
client_maxconn=50000
[proxy]
routesfile=routes
sig_key=changeme
zurl_out_specs=ipc://{rundir}/{ipc_prefix}zurl-in
zurl_out_stream_specs=ipc://{rundir}/{ipc_prefix}zurl-in-stream
zurl_in_specs=ipc://{rundir}/{ipc_prefix}zurl-out
[handler]
push_in_http_addr=127.0.0.1
push_in_http_port=${publishPort}
push_in_spec=tcp://127.0.0.1:${pullPort}
push_in_sub_specs=tcp://127.0.0.1:${sub}
command_spec=tcp://127.0.0.1:${command}
message_rate=1000000000
message_hwm=1000000000
`,
  )
  const child = new Child(findProgram('pushpin') ?? 'pushpin', ['--config', file], join(directory, 'log'))
  await child.listens(port)
  await child.listens(publishPort)
  return { child, port, publishPort, publishStyle: 'grip', pullPort, canHold: () => canHold(port) }
}

/** Its processes find each other a while after its ports are open; until then a hold ends with an error. */
async function canHold(port: number): Promise<void> {
  const limit = performance.now() + READY_LIMIT
  while ((await statusOf(port, '/hold/ready')) !== 200) {
    if (performance.now() > limit) throw new Error('it does not hold')
    await sleep(20)
  }
}

function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ port, path, agent: false, timeout: ANSWER_LIMIT }, (response) => {
      response.on('error', () => {})
      resolve(response.statusCode)
      request.destroy()
    })
    // What came too early is never answered.
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}
