import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { loadProgram } from './load-program.ts'

/** Options of the load generator, without the two dashes. */
export type LoadOptions = Readonly<Record<string, string | number | undefined>>

const living = new Set<LoadProcess>()

process.on('exit', () => {
  for (const load of living) load.kill()
})

/** The load generator in one of its modes, each line of its output one JSON object. */
export class LoadProcess {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: string[] = []
  #wake: (() => void) | undefined
  #ended = false
  #errors = ''

  constructor(mode: string, options: LoadOptions) {
    const args = Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, `${value}`],
    )
    this.#process = spawn(loadProgram, [mode, ...args])
    living.add(this)
    createInterface(this.#process.stdout).on('line', (line) => {
      this.#lines.push(line)
      this.#wake?.()
    })
    this.#process.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()))
    this.#process.stdin.on('error', () => {})
    this.#process.on('close', () => {
      this.#ended = true
      living.delete(this)
      this.#wake?.()
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  send(command: string): void {
    this.#process.stdin.write(`${command}\n`)
  }

  /** The next thing it says. */
  async next<Report>(limitSeconds: number): Promise<Report> {
    const limit = setTimeout(() => {
      this.#errors += `nothing in ${limitSeconds} s`
      this.kill()
    }, limitSeconds * 1000)
    try {
      while (this.#lines.length === 0) {
        if (this.#ended) throw new Error(`the load generator ended: ${this.#errors.trim()}`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      return JSON.parse(this.#lines.shift() ?? '') as Report
    } finally {
      clearTimeout(limit)
    }
  }

  async stop(): Promise<void> {
    if (this.#ended) return
    const closed = once(this.#process, 'close')
    this.#process.kill('SIGTERM')
    await closed
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }
}
