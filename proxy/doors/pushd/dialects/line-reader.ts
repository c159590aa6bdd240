import { parseCommand } from '../commands/command.ts'
import type { Command } from '../commands/command.ts'
import type { CommandReader, Unreadable } from './dialect.ts'
import { withoutSlack } from './without-slack.ts'

const LF = 0x0a
const CR = 0x0d
const NOTHING: Buffer = Buffer.alloc(0)

/** Commands that end in a line feed, or with what `flush` says is the end. */
export class LineReader implements CommandReader {
  readonly #max: number
  #bytes = NOTHING
  /** So many of them have no line feed. */
  #searched = 0
  /** Inside a line that was too long. */
  #isSkipping = false
  #isWhole = false

  constructor(max: number) {
    this.#max = max
  }

  get isWaiting(): boolean {
    return this.#bytes.length > 0 || this.#isSkipping
  }

  push(bytes: Buffer): void {
    this.#isWhole = false
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
  }

  flush(): void {
    this.#isWhole = true
  }

  next(): Command | Unreadable | undefined {
    for (;;) {
      const wasSkipping = this.#isSkipping
      const line = this.#nextLine()
      if (line === undefined) return !wasSkipping && this.#isSkipping ? 'too long' : undefined
      if (wasSkipping) continue
      if (line.length > this.#max) return 'too long'
      const command = withoutEnd(line)
      if (command.length > 0) return parseCommand(command)
    }
  }

  #nextLine(): Buffer | undefined {
    const bytes = this.#bytes
    const end = bytes.indexOf(LF, this.#searched)
    if (end === -1 && !this.#isWhole) {
      if (this.#isSkipping || bytes.length > this.#max) {
        this.#isSkipping = true
        this.#bytes = NOTHING
      }
      this.#searched = this.#bytes.length
      return undefined
    }
    // Empty, once, for a line that was skipped to the end of what has come.
    const hasLine = end !== -1 || bytes.length > 0 || this.#isSkipping
    this.#searched = 0
    this.#isSkipping = false
    this.#bytes = end === -1 ? NOTHING : withoutSlack(bytes.subarray(end + 1))
    if (end === -1) this.#isWhole = false
    if (!hasLine) return undefined
    return end === -1 ? bytes : bytes.subarray(0, end)
  }
}

/** Without the line end of telnet, and the zero that some programs send behind it. */
export function withoutEnd(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && isEnd(line[end - 1])) end--
  return line.subarray(0, end)
}

function isEnd(byte: number | undefined): boolean {
  return byte === 0 || byte === CR || byte === LF
}
