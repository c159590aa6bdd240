import { ConfigError } from './config-error.ts'

/** One `key=value` of a config file. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  /** A list exactly when the value has an unquoted comma. */
  readonly value: IniValue
  readonly file: string
  /** Counted from 1. */
  readonly line: number
}

export type IniValue = string | readonly string[]

type Fail = (sentence: string) => never

/**
 * Every entry of a config file in the order written, repeated keys included (GRIP 10.1).
 * Throws ConfigError at the first line that is none of section, entry, comment or blank.
 */
export function parseIni(text: string, file: string): IniEntry[] {
  const entries: IniEntry[] = []
  let section: string | undefined
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    const fail: Fail = (sentence) => {
      throw new ConfigError(`${file}:${index + 1}: ${sentence}`)
    }
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    if (line.startsWith('[')) {
      section = readSection(line, fail)
      continue
    }
    const equals = line.indexOf('=')
    const key = line.slice(0, equals).trim()
    if (equals < 0 || key === '') fail('expected a key=value line, a [section] or a comment')
    if (section === undefined) return fail(`the key '${key}' stands before the first [section]`)
    entries.push({ section, key, value: readValue(line.slice(equals + 1), fail), file, line: index + 1 })
  }
  return entries
}

function readSection(line: string, fail: Fail): string {
  const name = /^\[([^\]]+)\]\s*(?:[#;].*)?$/s.exec(line)?.[1]?.trim()
  return name === undefined || name === '' ? fail('expected a section name between [ and ]') : name
}

function readValue(text: string, fail: Fail): IniValue {
  const elements: string[] = []
  let element = ''
  // Up to here the element came from quotes or escapes, so its spaces are meant.
  let kept = 0
  let quoted = false
  let isList = false

  const take = (piece: string) => {
    element += piece
    kept = element.length
  }
  const endElement = () => {
    elements.push(element.slice(0, kept) + element.slice(kept).trimEnd())
    element = ''
    kept = 0
  }

  for (const [token] of text.matchAll(/\\x[\da-f]{2}|\\.?|[",;]|[^\\",;]+/gi)) {
    if (token === '"') quoted = !quoted
    else if (token.startsWith('\\')) take(unescape(token, fail))
    else if (quoted) take(token)
    else if (token === ';') break
    else if (token === ',') {
      isList = true
      endElement()
    } else element += element === '' ? token.trimStart() : token
  }
  if (quoted) fail('a double quote is not closed on this line')
  endElement()
  return isList ? elements.filter((one) => one !== '') : (elements[0] ?? '')
}

function unescape(token: string, fail: Fail): string {
  if (token.length === 4) return String.fromCharCode(Number.parseInt(token.slice(2), 16))
  switch (token) {
    case '\\\\':
    case '\\"':
      return token.slice(1)
    case '\\n':
      return '\n'
    case '\\t':
      return '\t'
    default:
      return fail(`unknown escape '${token}': use \\\\ for a backslash, or \\" \\n \\t \\xHH`)
  }
}
