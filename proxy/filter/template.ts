import { FilterError } from './filter.ts'

/**
 * What a directive stands for. `argument` holds one character per byte and is empty when there is none. What the directive lacks is told
 * to `fail`, which throws a FilterError with the position.
 */
export type Expand = (directive: string, argument: string, fail: (problem: string) => never) => Buffer

/** A directive's argument, in bytes. One that never ends must not be collected for ever. */
const MAX_ARGUMENT = 10_000

/** How much longer a piece may become, in bytes: two of its bytes can stand for a long value, again and again. */
const MAX_GROWTH = 1_000_000

const PERCENT = 0x25
const OPEN = 0x28
const CLOSE = 0x29
const BACKSLASH = 0x5c

type State = 'text' | 'percent' | 'argument' | 'escape' | 'directive'

/** Renders a whole template; throws FilterError. One without directives is returned as it is, not copied. */
export function render(template: Buffer, expand: Expand): Buffer {
  const renderer = new TemplateRenderer(expand)
  const rendered = renderer.update(template)
  renderer.finish()
  return rendered
}

/**
 * Renders a template that comes in pieces, which may cut a directive anywhere (GRIP 4.7): `%%` is a percent sign, `%X` a directive,
 * `%(argument)X` one with an argument, in which a backslash takes the next byte as it is. All else is bytes that pass untouched. Looks at
 * each byte once. Positions in errors are bytes from the beginning of the first piece.
 */
export class TemplateRenderer {
  readonly #expand: Expand
  #state: State = 'text'
  #argument = ''
  /** Where the argument at hand was opened. */
  #opened = 0
  /** Of the byte that is looked at. */
  #position = 0
  /** Bytes of all pieces. */
  #received = 0

  constructor(expand: Expand) {
    this.#expand = expand
  }

  /** @returns what can be rendered so far; throws FilterError, after which the renderer is of no use. */
  update(piece: Buffer): Buffer {
    const start = this.#received
    this.#received += piece.length
    if (this.#state === 'text' && !piece.includes(PERCENT)) return piece
    const output = new Output(piece.length)
    for (let at = 0; at < piece.length; at++) {
      if (this.#state === 'text') {
        const percent = piece.indexOf(PERCENT, at)
        const end = percent === -1 ? piece.length : percent
        output.put(piece, at, end)
        if (percent !== -1) this.#state = 'percent'
        at = end
        continue
      }
      this.#position = start + at
      const inserted = this.#step(piece[at]!)
      if (inserted === undefined) continue
      const growth = output.length + inserted.length - at
      if (growth > MAX_GROWTH) this.#fail(`Content grows by more than ${MAX_GROWTH} bytes`)
      output.put(inserted, 0, inserted.length)
    }
    return output.written()
  }

  /** The template has ended; throws FilterError when it ended within a directive. */
  finish(): void {
    if (this.#state === 'text') return
    this.#position = this.#received - 1
    if (this.#state === 'percent') this.#fail("Expected directive after '%'")
    if (this.#state === 'escape') this.#fail("Expected character after '\\'")
    if (this.#state === 'directive') this.#fail("Expected directive after ')'")
    if (this.#position === this.#opened) this.#fail("Expected character after '('")
    this.#position = this.#opened
    this.#fail('Unterminated field starting')
  }

  /** Takes a byte of a directive. @returns what the directive stands for if that was its last. */
  #step(byte: number): Buffer | undefined {
    if (this.#state === 'escape') {
      this.#state = 'argument'
      this.#collect(byte)
    } else if (this.#state === 'argument') {
      if (byte === CLOSE) this.#state = 'directive'
      else if (byte === BACKSLASH) this.#state = 'escape'
      else this.#collect(byte)
    } else if (this.#state === 'percent' && byte === OPEN) {
      this.#state = 'argument'
      this.#opened = this.#position
    } else if (this.#state === 'percent' && byte === PERCENT) {
      this.#state = 'text'
      return percentSign
    } else {
      this.#state = 'text'
      const argument = this.#argument
      this.#argument = ''
      return this.#expand(shown(byte), argument, this.#fail)
    }
    return undefined
  }

  #collect(byte: number): void {
    if (this.#argument.length === MAX_ARGUMENT) this.#fail(`Argument is longer than ${MAX_ARGUMENT} bytes`)
    this.#argument += String.fromCharCode(byte)
  }

  readonly #fail: (problem: string) => never = (problem) => {
    throw new FilterError(`${problem} at position ${this.#position}`)
  }
}

const percentSign = Buffer.from('%')

/** The byte as a character, if it is one to print. */
function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
}

/** One growing buffer: a list of pieces would cost many times the bytes of a content that is all percent signs. */
class Output {
  #bytes: Buffer
  length = 0

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(expected)
  }

  put(source: Buffer, start: number, end: number): void {
    if (start === end) return
    const length = this.length + end - start
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(length + (length >> 2))
      this.#bytes.copy(grown, 0, 0, this.length)
      this.#bytes = grown
    }
    source.copy(this.#bytes, this.length, start, end)
    this.length = length
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }
}
