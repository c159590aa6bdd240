import { fromWire } from '../../shared/grip/wire-text.ts'
import type { JsonpRequest } from './jsonp-request.ts'
import { headersLiteral, literal, safe, SCRIPT_START } from './script-text.ts'

/** What of a response goes into a script. */
export interface ScriptHead {
  readonly code: number
  readonly reason: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
}

/**
 * Writes a relayed response as a script that calls the page's function (GRIP 8.2), piece by piece: with an object of status, headers and
 * body in extended mode, with the body itself in basic mode.
 */
export class ScriptEncoder {
  readonly #isBasic: boolean
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #start: string
  #isEmpty = true
  /** In basic mode: the line feed at the end of what has come, which is left out if nothing follows. */
  #lineFeed = ''

  constructor({ mode, callback }: JsonpRequest, { code, reason, headers }: ScriptHead) {
    this.#isBasic = mode === 'basic'
    this.#start = this.#isBasic
      ? `${SCRIPT_START}${callback}(`
      : `${SCRIPT_START}${callback}({"code": ${code}, "reason": ${literal(fromWire(reason))}, ` +
        `"headers": ${headersLiteral(firstValues(headers))}, "body": "`
  }

  /** What comes before the body. */
  start(): string {
    return this.#start
  }

  /** @returns undefined when the body is not UTF-8. */
  piece(bytes: Buffer): string | undefined {
    this.#isEmpty &&= bytes.length === 0
    return this.#encoded(bytes)
  }

  /** @returns what comes behind the body; undefined when there is no body to make a script of. */
  end(): string | undefined {
    const rest = this.#encoded(undefined)
    if (rest === undefined || (this.#isBasic && this.#isEmpty)) return undefined
    return this.#isBasic ? `${rest});\n` : `${rest}"});\n`
  }

  /** @param bytes undefined at the end. */
  #encoded(bytes: Buffer | undefined): string | undefined {
    let text: string
    try {
      text = this.#decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      return undefined
    }
    if (!this.#isBasic) return literal(text).slice(1, -1)
    if (text === '') return ''
    const before = this.#lineFeed
    this.#lineFeed = text.endsWith('\n') ? '\n' : ''
    return before + safe(this.#lineFeed === '' ? text : text.slice(0, -1))
  }
}

function firstValues(headers: readonly string[]): Map<string, string> {
  const values = new Map<string, string>()
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (!values.has(name)) values.set(name, headers[i + 1] as string)
  }
  return values
}
