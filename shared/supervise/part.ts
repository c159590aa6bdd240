import type { ChildProcess } from 'node:child_process'
import type { Log } from '../log.ts'
import type { ChildReport, StartOrders } from './orders.ts'

const FIRST_DELAY = 100
const MAX_DELAY = 5000
/** A child that ran this long is restarted without delay again. */
const STEADY = 10_000
const KILL_AFTER = 4000

/** One child process that is there until it is stopped: when it ends by itself it is started again, later each time it ends soon. */
export class Part {
  readonly #name: string
  readonly #fork: () => ChildProcess
  readonly #orders: StartOrders
  readonly #log: Log
  #child: ChildProcess | undefined
  #delay = FIRST_DELAY
  #restart: NodeJS.Timeout | undefined
  #stopping = false

  constructor(name: string, fork: () => ChildProcess, orders: StartOrders, log: Log) {
    this.#name = name
    this.#fork = fork
    this.#orders = orders
    this.#log = log
  }

  /** Resolves when the child runs; rejects with its own sentence when its first start fails, and then does not restart it. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let failure = ''
      const child = this.#spawn((report) => {
        if (report.type === 'failed') {
          failure = report.message
          return
        }
        if (report.type !== 'started') return
        child.off('exit', onExit)
        this.#superviseFrom(child)
        resolve()
      })
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child = undefined
        reject(new Error(failure || `${this.#name}: ${describeExit(code, signal)} while starting`))
      }
      child.once('exit', onExit)
    })
  }

  reload(): void {
    this.#child?.kill('SIGHUP')
  }

  /** From now on the child may end without being asked: a signal to the whole process group reaches it before its turn. */
  expectEnd(): void {
    this.#stopping = true
    clearTimeout(this.#restart)
  }

  /** SIGTERM, and SIGKILL for a child that takes too long. Resolves when it has ended. */
  stop(): Promise<void> {
    this.expectEnd()
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#log.warn(`${this.#name} taking too long, forcing quit`)
        child.kill('SIGKILL')
      }, KILL_AFTER)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  /** At once and without a word, for a second Ctrl-C. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #spawn(onReport: (report: ChildReport) => void): ChildProcess {
    const child = this.#fork()
    this.#child = child
    child.on('error', (error) => {
      this.#log.error(`${this.#name}: ${error.message}`)
      // One that could not be made tells nothing else.
      if (child.pid === undefined) child.emit('exit', null, null)
    })
    child.on('message', (report: ChildReport) => {
      // A child that died meanwhile is noticed by its exit, not by a failed send.
      if (report.type === 'ready') child.send(this.#orders, () => {})
      onReport(report)
    })
    return child
  }

  #superviseFrom(child: ChildProcess): void {
    const started = performance.now()
    child.once('exit', (code, signal) => {
      this.#child = undefined
      // Of a SIGTERM to the whole process group this process may hear after the end that it caused.
      setImmediate(() => {
        if (this.#stopping) return
        if (performance.now() - started > STEADY) this.#delay = FIRST_DELAY
        this.#startLater(describeExit(code, signal))
      })
    })
  }

  #startLater(reason: string): void {
    this.#log.error(`${this.#name}: ${reason}, starting it again in ${this.#delay} ms`)
    this.#restart = setTimeout(() => this.#startAgain(), this.#delay)
    this.#delay = Math.min(this.#delay * 2, MAX_DELAY)
  }

  #startAgain(): void {
    try {
      const child = this.#spawn((report) => {
        if (report.type === 'failed') this.#log.error(`${this.#name}: ${report.message}`)
      })
      this.#superviseFrom(child)
    } catch (error) {
      // No memory or processes left, perhaps only for now.
      this.#startLater(`could not be started (${(error as Error).message})`)
    }
  }
}

function describeExit(code: number | null, signal: string | null): string {
  if (code === null && signal === null) return 'could not be started'
  return signal === null ? `ended unexpectedly with exit code ${code}` : `ended unexpectedly by ${signal}`
}
