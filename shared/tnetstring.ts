/** What a tnetstring holds once decoded. Byte strings are views of the decoded buffer, not copies. */
export type TnetValue = Buffer | number | boolean | null | TnetValue[] | { [key: string]: TnetValue }

/** What can be encoded. Text becomes UTF-8; numbers that are not safe integers become floats. */
export type TnetInput = TnetValue | string | readonly TnetInput[] | { readonly [key: string]: TnetInput }

/** The bytes are not one tnetstring (the message names the byte offset), or the value has no tnetstring. */
export class TnetstringError extends Error {
  override readonly name = 'TnetstringError'
}

const maxDepth = 64
const tooDeep = `values are nested deeper than ${maxDepth}`

const comma = 0x2c
const zero = 0x30
const nine = 0x39
const colon = 0x3a

/** Decodes the one value that `bytes` is; throws TnetstringError (GRIP Appendix A). */
export function decodeTnetstring(bytes: Buffer): TnetValue {
  const reader = new Reader(bytes)
  const value = reader.read(bytes.length, 1)
  if (reader.at !== bytes.length) throw malformed('there are bytes after the value', reader.at)
  return value
}

class Reader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  read(end: number, depth: number): TnetValue {
    const dataEnd = this.#dataEnd(end)
    const value = this.#value(dataEnd, depth)
    this.at = dataEnd + 1
    return value
  }

  /** Moves to the first byte of the data and returns where its type byte stands, which is before `end`. */
  #dataEnd(end: number): number {
    const bytes = this.#bytes
    const first = this.at
    let at = first
    let length = 0
    for (; at < end && bytes[at]! >= zero && bytes[at]! <= nine; at++) length = length * 10 + bytes[at]! - zero
    const digits = at - first
    if (digits === 0 || digits > 9) throw malformed('a length is not 1 to 9 digits', first)
    if (digits > 1 && bytes[first] === zero) throw malformed('a length has a leading zero', first)
    if (at === end || bytes[at] !== colon) throw malformed('a length does not end with a colon', at)
    this.at = at + 1
    if (this.at + length >= end) throw malformed('a value reaches past the end', first)
    return this.at + length
  }

  #value(end: number, depth: number): TnetValue {
    const type = String.fromCharCode(this.#bytes[end]!)
    if (type === ',') return this.#bytes.subarray(this.at, end)
    if (type !== ']' && type !== '}') return parseScalar(type, this.#bytes.toString('latin1', this.at, end), this.at)
    if (depth > maxDepth) throw malformed(tooDeep, this.at)
    return type === ']' ? this.#list(end, depth + 1) : this.#dictionary(end, depth + 1)
  }

  #list(end: number, depth: number): TnetValue[] {
    const list: TnetValue[] = []
    while (this.at < end) list.push(this.read(end, depth))
    return list
  }

  #dictionary(end: number, depth: number): TnetValue {
    // Without a prototype, a key such as __proto__ is a key like any other.
    const dictionary: { [key: string]: TnetValue } = Object.create(null)
    while (this.at < end) {
      const keyEnd = this.#dataEnd(end)
      if (this.#bytes[keyEnd] !== comma) throw malformed('a dictionary key is not a byte string', this.at)
      const key = this.#bytes.toString('utf8', this.at, keyEnd)
      this.at = keyEnd + 1
      dictionary[key] = this.read(end, depth)
    }
    return dictionary
  }
}

function parseScalar(type: string, text: string, at: number): number | boolean | null {
  const number = Number(text)
  if (type === '#' && /^-?\d+$/.test(text) && Number.isSafeInteger(number)) return number
  if (type === '^' && /^-?\d[\d.]*(?:e[-+]?\d+)?$/i.test(text) && Number.isFinite(number)) return number
  if (type === '!' && (text === 'true' || text === 'false')) return text === 'true'
  if (type === '~' && text === '') return null
  throw malformed('#^!~'.includes(type) ? `the data does not fit the type ${type}` : 'a type is unknown', at)
}

function malformed(problem: string, at: number): TnetstringError {
  return new TnetstringError(`${problem} (byte ${at})`)
}

/** Encodes one value; throws TnetstringError for what has no tnetstring and for values nested deeper than 64. */
export function encodeTnetstring(value: TnetInput): Buffer {
  return new Writer().write(value, 1).written()
}

/** Writes from the end to the front, because a length stands before the data that it measures. */
class Writer {
  #buffer = Buffer.allocUnsafe(512)
  #size = 0

  written(): Buffer {
    return this.#buffer.subarray(this.#buffer.length - this.#size)
  }

  write(value: TnetInput, depth: number): this {
    this.#put(typeOf(value))
    const end = this.#size
    if (typeof value === 'string' || Buffer.isBuffer(value)) this.#put(value)
    else if (typeof value === 'object' && value !== null) this.#container(value, depth)
    else if (value !== null) this.#put(String(value))
    this.#put(`${this.#size - end}:`)
    return this
  }

  #container(value: readonly TnetInput[] | { readonly [key: string]: TnetInput }, depth: number): void {
    if (depth > maxDepth) throw new TnetstringError(tooDeep)
    for (const [key, element] of Object.entries(value).toReversed()) {
      this.write(element, depth + 1)
      if (!Array.isArray(value)) this.write(key, depth + 1)
    }
  }

  #put(data: string | Buffer): void {
    const size = this.#size + Buffer.byteLength(data)
    if (size > this.#buffer.length) this.#buffer = Buffer.concat([Buffer.allocUnsafe(size), this.#buffer])
    const at = this.#buffer.length - size
    if (typeof data === 'string') this.#buffer.write(data, at)
    else data.copy(this.#buffer, at)
    this.#size = size
  }
}

function typeOf(value: TnetInput): string {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return ','
  if (typeof value === 'boolean') return '!'
  if (value === null) return '~'
  if (typeof value === 'object') return Array.isArray(value) ? ']' : '}'
  if (Number.isFinite(value)) return Number.isSafeInteger(value) ? '#' : '^'
  throw new TnetstringError(`${String(value)} has no tnetstring`)
}
