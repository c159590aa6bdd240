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
 */
export function createLog(component: string, options: LogOptions): Log & { reopen(): void } {
  const sink = pino.destination({
    dest: options.file ?? 1,
    append: true,
    mkdir: true,
    sync: false,
    maxWrite: MAX_WRITE,
  })
  // A reader that went away (npm start | head) must not end the gateway.
  sink.on('error', () => {})
  process.on('exit', () => {
    try {
      sink.flushSync()
    } catch {
      // The file was never opened: there is nowhere to write to.
    }
  })
  const level = LEVELS[Math.min(Math.max(options.level, 0), LEVELS.length - 1)] ?? 'info'
  const logger = pino(
    { level, base: { component } },
    options.format === 'json' ? sink : new TextLines(component, (line) => void sink.write(line)),
  )
  const reopen = (): void => {
    if (options.file !== undefined) sink.reopen()
  }
  return Object.assign(logger, { reopen })
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
    this.#component = component
    this.#write = write
  }

  write(): void {
    const label = LABELS[this.lastLevel] ?? 'INFO'
    this.#write(`[${label}] ${localTime(Date.now())} [${this.#component}] ${oneLine(this.lastMsg ?? '')}\n`)
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
