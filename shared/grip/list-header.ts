import type { HeaderList } from './item/publish-item.ts'
import { fromWire } from './wire-text.ts'

/** `name=value` pairs: both trimmed, the name as written, the value without its quotes. */
export type Params = ReadonlyArray<readonly [name: string, value: string]>

/** One element of a list header (GRIP 3.1). `first` is trimmed and keeps its quotes. */
export interface ListElement {
  readonly first: string
  readonly params: Params
}

/** The elements of all headers of that name; blank ones and those with an open quote are left out. */
export function listElements(headers: HeaderList, lowerCaseName: string): ListElement[] {
  const values = headerValues(headers, lowerCaseName)
  if (values.length === 0) return []
  return values
    .flatMap((value) => splitOutsideQuotes(fromWire(value), ','))
    .filter((element) => element.trim() !== '')
    .map((element) => {
      const [first = '', ...params] = splitOutsideQuotes(element, ';')
      return { first: first.trim(), params: params.map(parseParam) }
    })
}

/** The values of all headers of that name, as they are. */
export function headerValues(headers: HeaderList, lowerCaseName: string): string[] {
  const values: string[] = []
  for (const [name, value] of headers) {
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) values.push(value)
  }
  return values
}

/** What follows the first `;` of a header, or a whole list element that has no `first`. */
export function parseParams(text: string): Params {
  return splitOutsideQuotes(text, ';').map(parseParam)
}

/** A name without `=` has the empty value; what follows a closing quote counts for nothing. */
export function parseParam(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals === -1) return [text.trim(), '']
  const value = text.slice(equals + 1).trim()
  return [text.slice(0, equals).trim(), value.startsWith('"') ? unquote(value) : value]
}

/** The value of the first parameter of that name, in any case. */
export function paramValue(params: Params, lowerCaseName: string): string | undefined {
  return params.find(([name]) => name.toLowerCase() === lowerCaseName)?.[1]
}

/** A part in which a quote stays open is dropped. One pass over the text, however hostile it is. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') quoted = !quoted
    else if (character === '\\' && quoted) at++
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  if (!quoted) parts.push(text.slice(start))
  return parts
}

/** The quoted text at the start of `value`, without its escapes. */
function unquote(value: string): string {
  const [quoted = ''] = /^"(?:[^"\\]|\\.)*/s.exec(value) ?? []
  return quoted.slice(1).replaceAll(/\\(.)/gs, '$1')
}
