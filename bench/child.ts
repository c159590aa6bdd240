import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { treeOf } from './measure/processes.ts'

const START_LIMIT = 20_000
const STOP_LIMIT = 8_000

const living = new Set<Child>()

// However the benchmark ends, nothing that it started stays.
process.on('exit', () => {
  for (const child of living) child.kill()
})

/** A process of a system under test. What it prints goes to a file, as it does for a service. */
export class Child {
  readonly #process: ChildProcess
  readonly #logFile: string

  constructor(command: string, args: readonly string[], logFile: string, env: NodeJS.ProcessEnv = {}) {
    const log = openSync(logFile, 'a')
    this.#process = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } })
    closeSync(log)
    this.#logFile = logFile
    living.add(this)
    // Seen by who waits for the start.
    this.#process.on('error', () => {})
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get ended(): boolean {
    return this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Resolves when the port takes connections. */
  async listens(port: number): Promise<void> {
    const limit = performance.now() + START_LIMIT
    while (!(await takesConnections(port))) {
      if (this.ended || performance.now() > limit) {
        this.kill()
        throw new Error(`did not start to listen on port ${port}:\n${readFileSync(this.#logFile, 'utf8').slice(-2000)}`)
      }
      await sleep(2)
    }
  }

  async stop(): Promise<void> {
    if (!this.ended) {
      const exit = once(this.#process, 'exit')
      const tree = treeOf(this.pid)
      this.#process.kill('SIGTERM')
      await Promise.race([exit, sleep(STOP_LIMIT, undefined, { ref: false })])
      // Those that outlive their parent too.
      for (const pid of tree) if (!(this.ended && pid === this.pid)) killIfThere(pid)
    }
    living.delete(this)
  }

  /** At once, with everything it started. */
  kill(): void {
    if (this.ended) return
    for (const pid of treeOf(this.pid)) killIfThere(pid)
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
