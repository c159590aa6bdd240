import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** Where and how much a process logs; plain data, because the runner sends it to its children. */
export interface LogOptions {
  /** 0 error, 1 warning, 2 info, 3 debug, 4 trace (GRIP 11.6). */
  readonly level: number
  readonly format: 'text' | 'json'
  /** Appended to; standard output when undefined. */
  readonly file: string | undefined
}

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const
const LABELS: Readonly<Record<number, string>> = { 50: 'ERR', 40: 'WARN', 30: 'INFO', 20: 'DEBUG', 10: 'TRACE' }

// Several processes write to one pipe or file: a write of at most PIPE_BUF bytes is never torn apart by another's.
const MAX_WRITE = 4096

/**
 * Makes the process's logger. Lines are written behind the caller's back, one write for all that a turn of the event loop
 * logged, and what is left is written when the process exits.
 * @param component named in each line: `runner`, `proxy`, `handler`.
 * @throws Error with one sentence when the file cannot be opened.
 */
export function createLog(component: string, options: LogOptions): Log & { reopen(): void } {
  let sink = openSink(options.file)
  const write = (line: string): void => void sink.write(line)
  const level = LEVELS[Math.min(Math.max(options.level, 0), LEVELS.length - 1)] ?? 'info'
  const logger = pino(
    { level, base: { component } },
    options.format === 'json' ? { write } : new TextLines(component, write),
  )
  const reopen = (): void => {
    if (options.file === undefined) return
    const previous = sink
    try {
      sink = openSink(options.file)
      previous.end()
    } catch (error) {
      logger.error(`${(error as Error).message}; going on with the old one`)
    }
  }
  return Object.assign(logger, { reopen })
}

type Sink = ReturnType<typeof pino.destination>

/** Opens at once: a log that is still being opened when its process exits cannot be written out, and stops the exit. */
function openSink(file: string | undefined): Sink {
  const sink = pino.destination({ dest: openFile(file), sync: false, maxWrite: MAX_WRITE })
  // A reader that went away (npm start | head) must not end the gateway.
  sink.on('error', () => {})
  return sink
}

function openFile(file: string | undefined): number {
  if (file === undefined) return 1
  try {
    mkdirSync(dirname(file), { recursive: true })
    return openSync(file, 'a')
  } catch (error) {
    throw new Error(`cannot open the log file: ${(error as Error).message}`, { cause: error })
  }
}

// pino sets the last* fields of a stream that carries this symbol, so the JSON needs no parsing back.
const PINO_METADATA: unique symbol = Symbol.for('pino.metadata') as never

/** Writes pino's records as `[LEVEL] YYYY-MM-DD HH:MM:SS.mmm [COMPONENT] MESSAGE` (GRIP 11.6). */
class TextLines {
  readonly [PINO_METADATA] = true
  lastLevel = 30
  lastMsg: string | undefined
  readonly #component: string
  readonly #write: (line: string) => void

  constructor(component: string, write: (line: string) => void) {
    // The runner's lines have no name before them, so that its `started` is told from a child's.
    this.#component = component === 'runner' ? '' : `[${component}] `
    this.#write = write
  }

  write(): void {
    const label = LABELS[this.lastLevel] ?? 'INFO'
    this.#write(`[${label}] ${localTime(Date.now())} ${this.#component}${oneLine(this.lastMsg ?? '')}\n`)
  }
}

let formattedSecond = -1
let formattedPrefix = ''

function localTime(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== formattedSecond) {
    const date = new Date(now)
    formattedPrefix =
      `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
      `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`
    formattedSecond = second
  }
  return formattedPrefix + String(now % 1000).padStart(3, '0')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Messages carry text from strangers: a line break in it would forge a log line. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /[\x00-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x1f\x7f]/g, escapeControl) : text
}

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
