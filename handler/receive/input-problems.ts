/** Where an input writes what an operator may want to know. */
export interface InputLog {
  info(message: string): void
  warn(message: string): void
  debug(message: string): void
}

/** Adds one to the counter of that name. */
export type Count = (name: string) => void

// Milliseconds between two lines of one input.
const QUIET = 1000
// Characters. Messages quote what strangers send.
const MAX_LINE = 500

/**
 * Warns of the messages an input could not take. Each one is counted, but only one line a second is written, so that a flood
 * cannot fill a disk; how many lines were left out is told when the second is over.
 */
export class InputProblems {
  readonly #input: string
  readonly #counter: string
  readonly #log: InputLog
  readonly #count: Count
  #leftOut = 0
  #quiet: NodeJS.Timeout | undefined

  /** @param counter name of the counter that each warning adds to. */
  constructor(input: string, counter: string, log: InputLog, count: Count) {
    this.#input = input
    this.#counter = counter
    this.#log = log
    this.#count = count
  }

  warn(problem: string): void {
    this.#count(this.#counter)
    if (this.#quiet === undefined) this.#write(`${this.#input}: ${problem}`)
    else this.#leftOut++
  }

  #write(line: string): void {
    this.#log.warn(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}...` : line)
    this.#quiet = setTimeout(() => this.#tellLeftOut(), QUIET).unref()
  }

  #tellLeftOut(): void {
    this.#quiet = undefined
    const leftOut = this.#leftOut
    this.#leftOut = 0
    if (leftOut > 0) this.#write(`${this.#input}: ${leftOut} more warnings left out`)
  }
}
