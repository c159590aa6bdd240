import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after } from 'node:test'
import { LogLines } from './log-lines.ts'
import { until, within } from './until.ts'

const dist = join(import.meta.dirname, '../..')

const started: Command[] = []
after(() => {
  for (const command of started) command.killAll()
})

/** One of the project's programs, as a user would start it; at the end of the test file nothing of it is left. */
export class Command {
  readonly out = new LogLines()
  readonly err = new LogLines()
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>

  /** @param program its compiled file, relative to `dist` */
  constructor(program: string, args: readonly string[], cwd?: string) {
    // A process group of its own, so that what it leaves behind can be found.
    this.#process = spawn(process.execPath, [join(dist, program), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    })
    if (this.#process.stdout !== null) this.out.read(this.#process.stdout)
    if (this.#process.stderr !== null) this.err.read(this.#process.stderr)
    this.#exit = once(this.#process, 'close')
    started.push(this)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Whether any process of it runs, children that outlived it included. */
  get alive(): boolean {
    return this.#signalAll(0)
  }

  /** Waits for a line on its standard output. */
  async shows(pattern: RegExp): Promise<void> {
    const found = (): boolean => this.out.matching(pattern).length > 0
    const said = (): string => `${pattern} in\n${this.out.toString()}\n${this.err.toString()}`
    await until(() => found() || this.#process.exitCode !== null, said)
    if (!found()) throw new Error(`ended before ${said()}`)
  }

  /** Waits for its end; what it has written is complete then. */
  async ended(): Promise<{ code: unknown; signal: unknown }> {
    const [code, signal] = await within(this.#exit, `the end of the command:\n${this.out.tail}\n${this.err.tail}`)
    return { code, signal }
  }

  /** Waits until it and all its children have ended. */
  async gone(): Promise<void> {
    await until(
      () => !this.alive,
      () => `the end of all processes:\n${this.out.tail}\n${this.err.tail}`,
    )
  }

  /** Of the first process only. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  killAll(): void {
    this.#signalAll('SIGKILL')
  }

  #signalAll(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.pid, signal)
    } catch {
      return false
    }
  }
}
