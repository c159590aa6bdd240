import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import type { ChildReport, Running, StartOrders } from './orders.ts'

type Start = (orders: StartOrders, log: Log) => Promise<Running>

/**
 * Runs this process as a child of the runner: waits for its orders, reports how the start went, and obeys signals. It ends with its
 * parent, so that no port stays taken by an orphan.
 */
export function runAsChild(component: string, start: Start): void {
  process.once('message', (orders: StartOrders) => void run(component, orders, start, toParent))
  toParent({ type: 'ready' })
}

function toParent(report: ChildReport): void {
  process.send?.(report)
}

/** Runs this process on its own, without a runner. A failed start is one sentence on standard error and exit code 1. */
export function runAlone(component: string, orders: StartOrders, start: Start): void {
  void run(component, orders, start, (report) => {
    if (report.type === 'failed') console.error(`error: ${report.message}`)
  })
}

async function run(
  component: string,
  orders: StartOrders,
  start: Start,
  report: (report: ChildReport) => void,
): Promise<void> {
  const log = createLog(component, orders.log)
  keepAlive(log)
  let running: Running
  try {
    running = await start(orders, log)
  } catch (error) {
    report({ type: 'failed', message: (error as Error).message })
    // The report is written asynchronously: leave the loop time for it, then go even if something keeps it busy.
    process.exitCode = 1
    setTimeout(() => process.exit(), 100)
    return
  }
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    void running.stop().finally(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  // Ctrl-C in a terminal reaches the children too; the runner stops them, in order.
  process.on('SIGINT', () => {
    if (process.send === undefined) stop()
  })
  process.on('SIGHUP', () => {
    log.reopen()
    running.reload()
  })
  process.once('disconnect', stop)
  log.info('started')
  report({ type: 'started' })
}

/** A mistake in the handling of one connection must not cut ten thousand others. */
function keepAlive(log: Log): void {
  process.on('uncaughtException', (error) => log.error(`uncaught: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (reason) =>
    log.error(`unhandled rejection: ${String((reason as Error)?.stack ?? reason)}`),
  )
}
