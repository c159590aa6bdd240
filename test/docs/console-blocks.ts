import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Gateway } from '../support/gateway.ts'
import { until, within } from '../support/until.ts'

/** A command of a page and what it says it prints. */
export interface ShownCommand {
  readonly command: string
  readonly output: string
}

/** The commands in the page's `console` blocks, of the section with that heading only if one is given. */
export function shownCommands(page: string, heading?: string): ShownCommand[] {
  const text = readFileSync(page, 'utf8')
  const section = heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1] ?? '').split('\n## ')[0]
  return Array.from(section?.matchAll(/^```console\n(.*?)^```$/gms) ?? [], ([, block = '']) => block)
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((part) => {
      const lineEnd = part.indexOf('\n')
      return { command: part.slice(0, lineEnd), output: part.slice(lineEnd + 1) }
    })
}

/** A command of a page at work, with the gateway's ports in place of the page's. */
export class RunningCommand {
  output = ''
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>

  constructor(command: string, gateway: Gateway) {
    const adapted = command
      .replaceAll('localhost:7999', `127.0.0.1:${gateway.port}`)
      .replaceAll('localhost:5561', `127.0.0.1:${gateway.publishPort}`)
      .replaceAll('tcp://localhost:5560', gateway.pullSpec)
      .replaceAll('npx pushpin-publish', `${process.execPath} dist/shared/cli/pushpin-publish.js`)
    this.#process = spawn('sh', ['-c', `exec ${adapted}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GRIP_URL: `http://127.0.0.1:${gateway.publishPort}` },
    })
    this.#closed = once(this.#process, 'close')
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
  }

  /** Resolves with all that the command prints, when it has ended. */
  async end(): Promise<string> {
    await within(this.#closed, `the command's end; so far: ${JSON.stringify(this.output)}`)
    return this.output
  }

  /** Resolves when the command has printed that much, for one that does not end. */
  async printed(text: string): Promise<void> {
    await until(
      () => this.output.length >= text.length,
      () => `${JSON.stringify(text)}; so far: ${JSON.stringify(this.output)}`,
    )
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#closed
  }
}
