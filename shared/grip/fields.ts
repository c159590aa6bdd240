/** The error class of whoever reads: what is wrong with an item is told otherwise than with an instruction. */
export type ProblemClass = new (message: string) => Error

/** Any object as JSON or a tnetstring gives it. */
export type FieldValues = Readonly<Record<string, unknown>>

/**
 * Reads the fields of one object of a published item or a hold instruction, whether it came as JSON or as a
 * tnetstring. A field that is there with a wrong type throws a `Problem` that names `owner` and the field.
 */
export class Fields {
  readonly #values: FieldValues
  readonly #owner: string
  readonly #Problem: ProblemClass

  constructor(values: FieldValues, owner: string, Problem: ProblemClass) {
    this.#values = values
    this.#owner = owner
    this.#Problem = Problem
  }

  /** The value as it came; undefined when the field is missing. */
  value(name: string): unknown {
    return this.#values[name]
  }

  text(name: string): string | undefined {
    return this.#read(name, asText)
  }

  /** Text as UTF-8; a byte string as it is, without a copy. */
  bytes(name: string): Buffer | undefined {
    return this.#read(name, (value) => (typeof value === 'string' ? Buffer.from(value) : asBuffer(value)))
  }

  /** Base64 text; characters that do not belong there are skipped. */
  base64(name: string): Buffer | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Buffer.from(text, 'base64')
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, (value) => (typeof value === 'boolean' ? value : undefined))
  }

  /** A number, rounded, or a numeric text, which client libraries send too. A value out of range throws as well. */
  integer(name: string, least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const integer = this.#read(name, asInteger)
    if (integer !== undefined && (integer < least || integer > most)) throw this.invalid(name)
    return integer
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#read(name, (value) => (Array.isArray(value) ? value : undefined))
  }

  object(name: string): FieldValues | undefined {
    return this.#read(name, asObject)
  }

  wrongType(name: string): Error {
    return new this.#Problem(`${this.#owner} contains '${name}' with wrong type`)
  }

  invalid(name: string): Error {
    return new this.#Problem(`${this.#owner} contains '${name}' with invalid value`)
  }

  #read<T>(name: string, as: (value: unknown) => T | undefined): T | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    const read = as(value)
    if (read === undefined) throw this.wrongType(name)
    return read
  }
}

export function asObject(value: unknown): FieldValues | undefined {
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is FieldValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}

/** JSON text, or a tnetstring's byte string read as UTF-8. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : asBuffer(value)?.toString()
}

function asBuffer(value: unknown): Buffer | undefined {
  return Buffer.isBuffer(value) ? value : undefined
}

function asInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value) : undefined
  const text = asText(value)
  return text === undefined ? undefined : parseInteger(text)
}

/** Decimal digits with an optional sign. */
export function parseInteger(text: string): number | undefined {
  return /^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : undefined
}
