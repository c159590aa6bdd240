import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import cluster from 'node:cluster'
import { mkdir, unlink } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isListening, linkPath } from '../link/endpoint.ts'
import type { Log } from '../log.ts'
import type { StartOrders } from './orders.ts'
import { Part } from './part.ts'

const handlerMain = fileURLToPath(import.meta.resolve('../../handler/main.js'))
const workerMain = fileURLToPath(import.meta.resolve('../../proxy/main.js'))

/**
 * The processes of one gateway, started, watched and stopped together: the handler (unless it runs elsewhere) and the proxy's workers,
 * which share the client ports.
 */
export class Gateway {
  readonly #handler: Part | undefined
  readonly #workers: readonly Part[]
  readonly #orders: StartOrders

  /** @param levelOf log level of a component (GRIP 11.6). */
  constructor(orders: StartOrders, levelOf: (component: string) => number, withHandler: boolean, log: Log) {
    this.#orders = orders
    const ordersOf = (component: string, worker: number): StartOrders => ({
      ...orders,
      log: { ...orders.log, level: levelOf(component) },
      worker,
    })
    if (withHandler) {
      const forkHandler = () => fork(handlerMain, ['--supervised'], { execArgv: [] })
      this.#handler = new Part('handler', forkHandler, ordersOf('handler', 0), log)
    }
    // Round robin would pass every connection through this process; without it the workers accept for themselves.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ exec: workerMain, args: [], execArgv: [YOUNG_GENERATION, OLD_GENERATION, NEW_STAYS_NEW] })
    this.#workers = Array.from(
      { length: orders.settings.proxy.workers },
      (_, index) => new Part(`worker ${index}`, forkWorker, ordersOf('proxy', index), log),
    )
  }

  /** @throws Error with one sentence when a part cannot start; what had started is stopped. */
  async start(): Promise<void> {
    const { global, runner } = this.#orders.settings
    await mkdir(global.rundir, { recursive: true })
    linkPath(global.rundir, global.ipc_prefix)
    for (const { path } of runner.local_ports) await removeStaleSocket(path)
    try {
      await Promise.all(this.#parts.map((part) => part.start()))
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  reload(): void {
    for (const part of this.#parts) part.reload()
  }

  /** The handler first: what it has acknowledged still reaches the clients of the workers. */
  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.expectEnd()
    await this.#handler?.stop()
    await Promise.all(this.#workers.map((worker) => worker.stop()))
  }

  kill(): void {
    for (const part of this.#parts) part.kill()
  }

  get #parts(): readonly Part[] {
    return this.#handler === undefined ? this.#workers : [this.#handler, ...this.#workers]
  }
}

function forkWorker(): ChildProcess {
  const worker = cluster.fork({ MALLOC_TRIM_THRESHOLD_, ...process.env })
  // Part hears of it from the process; unheard here, it would end the runner.
  worker.on('error', () => {})
  return worker.process
}

/**
 * V8 lets the space for new objects grow to 48 MB while many clients connect, and keeps it. What a connection leaves behind is little; with a third of
 * that space accepting costs the same, and ten thousand streams take 20 MB less.
 */
const YOUNG_GENERATION = '--max-semi-space-size=4'

/**
 * V8 collects what is old only when there is four times what was left the last time. What a connection needed while it was opened would stay until
 * then, and weigh as much as what it needs to be held. With less than this, the 30 MB of buffers that a fast transfer has read and written when the next
 * young generation ends would have a small heap collected each time.
 */
const OLD_GENERATION = '--heap-growing-percent=250'

/**
 * V8 makes what is allocated where much has survived old from its birth. Where holds are accepted that would be the requests and responses that pass, too:
 * each one dead in the old space keeps alive what it points to, and what should end with a young generation waits for the whole heap to be collected.
 * Without it a response that passes costs a third less, a stream that is accepted a quarter, and one that is held weighs a third less.
 */
const NEW_STAYS_NEW = '--no-allocation-site-pretenuring'

/**
 * Bytes that glibc keeps when they are freed (mallopt(3)). The buffers of a young generation are freed together, and each page that went back to the
 * kernel would be asked for, and cleared, again: a fifth of what a transfer costs.
 */
const MALLOC_TRIM_THRESHOLD_ = String(32 << 20)

/** A gateway that was killed leaves its socket file behind, which would look like a port in use. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!(await isListening(path))) await unlink(path).catch(() => {})
}
