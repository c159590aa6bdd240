import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { LineWriter } from './line-writer.ts'

/** Writes messages, each as one line, whatever is in it. */
export interface Log {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
  trace(message: string): void
  /** The same log with a level of its own, 0 to 4. */
  at(level: number): Log
}

/** Where and how much a process logs; plain data, because the runner sends it to its children. */
export interface LogOptions {
  /** 0 error, 1 warning, 2 info, 3 debug, 4 trace (GRIP 11.6). */
  readonly level: number
  readonly format: 'text' | 'json'
  /** Appended to; standard output when undefined. */
  readonly file: string | undefined
}

const LABELS = ['ERR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const
const WARNING = 1

/**
 * Makes the process's logger. Errors and warnings are written at once, other lines a moment later, many at a time; what is left is
 * written when the process exits.
 * @param component named in each line: `runner`, `proxy`, `handler`.
 * @throws Error with one sentence when the file cannot be opened.
 */
export function createLog(component: string, options: LogOptions): Log & { reopen(): void } {
  let lines = new LineWriter(openFile(options.file))
  const lineOf = options.format === 'json' ? jsonLine : textLine
  const log = logAt(Math.max(options.level, 0), (level, message) => {
    lines.write(lineOf(level, component, message))
    if (level <= WARNING) lines.flush()
  })
  const reopen = (): void => {
    if (options.file === undefined) return
    const previous = lines
    try {
      lines = new LineWriter(openFile(options.file))
      previous.end()
    } catch (error) {
      log.error(`${(error as Error).message}; going on with the old one`)
    }
  }
  return { ...log, reopen }
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

function logAt(most: number, write: (level: number, message: string) => void): Log {
  const writer = (level: number): ((message: string) => void) =>
    level <= most ? (message) => write(level, message) : () => {}
  return {
    error: writer(0),
    warn: writer(WARNING),
    info: writer(2),
    debug: writer(3),
    trace: writer(4),
    at: (level) => logAt(level, write),
  }
}

/** As pino writes it. */
function jsonLine(level: number, component: string, msg: string): string {
  return `${JSON.stringify({ level: 50 - level * 10, time: Date.now(), component, msg })}\n`
}

/** `[LEVEL] YYYY-MM-DD HH:MM:SS.mmm [COMPONENT] MESSAGE` (GRIP 11.6). The runner's have no name, so that its `started` is told from a child's. */
function textLine(level: number, component: string, message: string): string {
  const name = component === 'runner' ? '' : `[${component}] `
  return `[${LABELS[level]}] ${localTime(Date.now())} ${name}${oneLine(message)}\n`
}

let formatted = { second: -1, prefix: '', millisecond: -1, text: '' }

/** Of the lines of one millisecond only the first one's time is formatted. */
function localTime(now: number): string {
  if (now === formatted.millisecond) return formatted.text
  const second = Math.floor(now / 1000)
  const prefix = second === formatted.second ? formatted.prefix : localSecond(new Date(now))
  formatted = { second, prefix, millisecond: now, text: prefix + String(now % 1000).padStart(3, '0') }
  return formatted.text
}

function localSecond(date: Date): string {
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`
  )
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
