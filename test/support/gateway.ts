import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { writeGatewayFiles } from './gateway-config.ts'
import type { Config, GatewayFiles } from './gateway-config.ts'
import { LogLines } from './log-lines.ts'
import { childrenOf, commandLineOf } from './process-tree.ts'
import { until, within } from './until.ts'

const runner = join(import.meta.dirname, '../../shared/cli/pushpin.js')
const START_LIMIT = 30_000
const MAX_STARTS = 3

export interface GatewayOptions {
  /** Lines of the routes file. */
  readonly routes: readonly string[]
  readonly config?: Config
  readonly workers?: number
  /** Further files beside the config file, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Further arguments of the command line. */
  readonly args?: readonly string[]
}

/** A real gateway: the command that users start, with its processes and its sockets, on ports that were free. */
export class Gateway {
  readonly log = new LogLines()
  readonly #files: GatewayFiles
  readonly #process: ChildProcess

  constructor(files: GatewayFiles, args: readonly string[]) {
    this.#files = files
    endWithSignals()
    this.#process = spawn(process.execPath, [runner, '--config', files.file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Not reached by a test process that is killed; whoever does that has to look after its gateways.
    process.once('exit', () => this.#process.kill('SIGKILL'))
    for (const stream of [this.#process.stdout, this.#process.stderr]) if (stream !== null) this.log.read(stream)
  }

  /** For clients. */
  get port(): number {
    return this.#files.port
  }

  /** For publishers over HTTP. */
  get publishPort(): number {
    return this.#files.publishPort
  }

  get pullSpec(): string {
    return this.#files.pullSpec
  }

  get subSpec(): string {
    return this.#files.subSpec
  }

  get commandSpec(): string {
    return this.#files.commandSpec
  }

  get routesFile(): string {
    return this.#files.routesFile
  }

  get runnerPid(): number {
    return this.#process.pid ?? 0
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Of handler and workers, without the runner. */
  pids(): number[] {
    return childrenOf(this.runnerPid)
  }

  workerPids(): number[] {
    return this.pids().filter((pid) => commandLineOf(pid).includes('proxy/main.js'))
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Publishes over HTTP; resolves when the gateway has acknowledged. */
  async publish(items: readonly object[]): Promise<void> {
    const url = `http://127.0.0.1:${this.publishPort}/publish/`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`publish: ${response.status} ${text}`)
  }

  /** SIGTERM, the end of all its processes, and no trace of its files. */
  async stop(): Promise<void> {
    const children = this.pids()
    try {
      if (this.ended) return
      const exit = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      await within(exit, `the gateway's end after SIGTERM:\n${this.log.tail}`)
    } catch (error) {
      for (const pid of [...children, this.runnerPid]) kill(pid)
      throw error
    } finally {
      await this.#files.remove()
    }
  }
}

/** Starts a gateway; resolves when it serves. Remember to stop it. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  for (let starts = 1; ; starts++) {
    const { routes, workers = 1, config = {} } = options
    const files = await writeGatewayFiles(`${routes.join('\n')}\n`, workers, config, options.files)
    const gateway = new Gateway(files, options.args ?? [])
    try {
      await until(
        () => gateway.ended || gateway.log.matching(/\.\d{3} started$/).length > 0,
        () => `the gateway's start:\n${gateway.log.tail}`,
        START_LIMIT,
      )
    } catch (error) {
      await gateway.stop()
      throw error
    }
    if (!gateway.ended) return gateway
    await files.remove()
    // Somebody else took a port between its choice and its use.
    const clash = /in use/i.test(gateway.log.tail)
    if (!clash || starts === MAX_STARTS) throw new Error(`the gateway did not start:\n${gateway.log.tail}`)
  }
}

let ending = false

/** A test run that is interrupted or timed out leaves no gateway behind: without this, nothing is done on exit by a signal. */
function endWithSignals(): void {
  if (ending) return
  ending = true
  process.setMaxListeners(0)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
}
