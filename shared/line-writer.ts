import { pino } from 'pino'

// Several processes write to one pipe or file: a write of at most PIPE_BUF bytes is never torn apart by another's.
const MAX_WRITE = 4096

/** Milliseconds that a line may wait for others to leave with. */
const GATHERING = 50

/** Bytes that may wait for whoever reads the log; one that stopped reading loses what comes then. */
const MAX_WAITING = 16 << 20

/**
 * Writes lines to a file or pipe behind the caller's back. A system call, and the thread that makes it, cost more than a hundred lines do:
 * so lines are gathered for a while. What is left is written when the process exits.
 */
export class LineWriter {
  readonly #sink: ReturnType<typeof pino.destination>
  #lines = ''
  #size = 0
  #timer: NodeJS.Timeout | undefined
  readonly #onExit = (): void => {
    this.flush()
    this.#sink.flushSync()
  }

  /** @param file open for writing: a log that is still being opened when its process exits cannot be written out, and stops the exit. */
  constructor(file: number) {
    this.#sink = pino.destination({ dest: file, sync: false, maxWrite: MAX_WRITE, maxLength: MAX_WAITING })
    // A reader that went away (npm start | head) must not end the gateway.
    this.#sink.on('error', () => {})
    process.on('exit', this.#onExit)
  }

  write(line: string): void {
    const size = Buffer.byteLength(line)
    if (this.#size + size > MAX_WRITE) this.flush()
    this.#lines += line
    this.#size += size
    this.#timer ??= setTimeout(() => this.flush(), GATHERING)
  }

  /** Gathers no longer. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#size === 0) return
    const lines = this.#lines
    this.#lines = ''
    this.#size = 0
    this.#sink.write(lines)
  }

  end(): void {
    this.flush()
    process.off('exit', this.#onExit)
    this.#sink.end()
  }
}
