import { formatListener } from '../config/listeners.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import { Gateway } from '../supervise/gateway.ts'
import { fail } from './arguments.ts'
import type { PreparedStart } from './start-orders.ts'

/** Runs the processes until a signal stops them. A start that fails ends the process with one sentence and exit code 1. */
export async function runGateway(prepared: PreparedStart, withHandler: boolean): Promise<void> {
  const { orders, levelOf, file } = prepared
  const { http_port, https_ports, local_ports } = orders.settings.runner
  if (http_port.length + https_ports.length + local_ports.length === 0) fail('no server ports configured')
  const log = openLog(prepared)
  if (prepared.wasFound) log.info(`using config: ${file}`)
  for (const warning of prepared.warnings) log.warn(warning)
  if (orders.settings.proxy.sig_key === 'changeme') {
    log.warn("sig_key is 'changeme': anyone can sign requests as this gateway, set a key of your own in [proxy]")
  }

  const gateway = new Gateway(orders, levelOf, withHandler, log)
  obeySignals(gateway, log)
  try {
    await gateway.start()
  } catch (error) {
    fail((error as Error).message)
  }
  log.info('started')
  describe(prepared, withHandler, log)
}

function openLog({ orders, levelOf }: PreparedStart): ReturnType<typeof createLog> {
  try {
    return createLog('runner', { ...orders.log, level: levelOf('runner') })
  } catch (error) {
    return fail((error as Error).message)
  }
}

function obeySignals(gateway: Gateway, log: Log & { reopen(): void }): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) {
      gateway.kill()
      process.exit(1)
    }
    stopping = true
    log.info('stopping...')
    void gateway.stop().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', () => {
    log.info('reloading')
    log.reopen()
    gateway.reload()
  })
}

/** Says where to reach what was started, and on the defaults also what to try first. */
function describe({ orders, file }: PreparedStart, withHandler: boolean, log: Log): void {
  const { runner, proxy, handler } = orders.settings
  const clients = [
    ...runner.http_port.map((listener) => `http://${formatListener(listener)}`),
    ...runner.https_ports.map((listener) => `https://${formatListener(listener)}`),
    ...runner.local_ports.map(({ path }) => path),
  ]
  const routes =
    orders.routeLines.length > 0 ? orders.routeLines.map((line) => `'${line}'`).join(', ') : proxy.routesfile
  log.info(`clients: ${clients.join(', ')}; routes: ${routes}; ${proxy.workers} worker${proxy.workers > 1 ? 's' : ''}`)
  if (!withHandler) return
  const http =
    handler.push_in_http_port === 0
      ? undefined
      : `http://${handler.push_in_http_addr}:${handler.push_in_http_port}/publish/`
  const inputs = [http, handler.push_in_spec, ...handler.push_in_sub_specs].filter(
    (input) => input !== undefined && input !== '',
  )
  log.info(`publishers: ${inputs.join(', ')}; commands: ${handler.command_spec}`)
  if (file !== undefined) return
  const port = runner.http_port[0]?.port
  log.info(`no config file: running on the defaults. Try: curl -N http://localhost:${port}/stream`)
  log.info(`and in another terminal: npx pushpin-publish test hello`)
}
