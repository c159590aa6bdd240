import type { Readable } from 'node:stream'
import { until } from './until.ts'

/** What a process has written, line by line. */
export class LogLines {
  readonly lines: string[] = []
  #rest = ''

  read(stream: Readable): void {
    stream.setEncoding('latin1')
    stream.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n')
      this.#rest = parts.pop() ?? ''
      this.lines.push(...parts)
    })
  }

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line))
  }

  /** The first line that matches, now or later. */
  async waitFor(pattern: RegExp): Promise<string> {
    await until(
      () => this.matching(pattern).length > 0,
      () => `a log line ${pattern} in\n${this.tail}`,
    )
    return this.matching(pattern)[0] as string
  }

  /** Waits until more than `count` lines match. */
  async waitForMore(pattern: RegExp, count: number): Promise<void> {
    await until(
      () => this.matching(pattern).length > count,
      () => `${count + 1} log lines ${pattern} in\n${this.tail}`,
    )
  }

  /** The last lines, for messages. */
  get tail(): string {
    return [...this.lines, this.#rest].slice(-40).join('\n')
  }

  toString(): string {
    return this.tail
  }
}
