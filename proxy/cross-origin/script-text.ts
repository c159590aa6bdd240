import { fromWire } from '../../shared/grip/wire-text.ts'

/** Whatever the callback is, the response does not begin with it: something else than a script could. */
export const SCRIPT_START = '/**/'

/** A text as JavaScript and JSON write it. */
export function literal(text: string): string {
  return safe(JSON.stringify(text))
}

/** An object of header values, in the order of their names. */
export function headersLiteral(headers: ReadonlyMap<string, string>): string {
  const members = [...headers].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, value]) => `${literal(name)}:${literal(fromWire(value))}`).join(',')}}`
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '\u2028': '\\u2028', '\u2029': '\\u2029' }

/**
 * JSON that is also JavaScript: before 2019 these line breaks ended a string. And without `<` it ends no script element, should it be put
 * into one.
 */
export function safe(json: string): string {
  return json.replaceAll(/[<\u2028\u2029]/g, (character) => ESCAPES[character] as string)
}
