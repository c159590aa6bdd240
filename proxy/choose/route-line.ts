/** One blank-separated part of a route line: the condition or a target (GRIP 1.2). */
export interface Section {
  /** The domain or the target; empty when the section begins with a prop. */
  readonly value: string
  readonly props: Props
}

/** Every value given for a name, in the order of the line; a prop without `=` has the value `''`. */
export type Props = ReadonlyMap<string, readonly string[]>

/** A line that cannot be used. The message says why, without the file and line number. */
export class RouteLineError extends Error {
  override readonly name = 'RouteLineError'
}

/**
 * Cuts a route line into its condition (first) and targets. A blank or comment-only line has no sections.
 *
 * @throws {RouteLineError} when the line breaks the grammar
 */
export function splitRouteLine(line: string): Section[] {
  const sections: Section[] = []
  let at = 0
  while (at < line.length && line[at] !== '#') {
    if (line[at] === ' ') {
      at++
      continue
    }
    const { tokens, end } = readTokens(line, at)
    sections.push(toSection(tokens))
    at = end
  }
  return sections
}

/** The value that counts when a prop is repeated: the last one. */
export function lastValue(props: Props, name: string): string | undefined {
  return props.get(name)?.at(-1)
}

function toSection(tokens: readonly string[]): Section {
  const [first = '', ...rest] = tokens
  // The reference looks for `=` after unquoting, so `"a=b"` is a prop as well.
  const startsWithProp = first.includes('=')
  const props = new Map<string, string[]>()
  for (const token of startsWithProp ? tokens : rest) {
    if (token === '') throw new RouteLineError('expecting prop')
    const equals = token.indexOf('=')
    const name = equals < 0 ? token : token.slice(0, equals)
    if (name === '') throw new RouteLineError('empty prop name')
    const value = equals < 0 ? '' : token.slice(equals + 1)
    const values = props.get(name)
    if (values) values.push(value)
    else props.set(name, [value])
  }
  return { value: startsWithProp ? '' : first, props }
}

/** Reads the comma-separated tokens of the section at `start`, unquoted, up to a space, a comment or the end. */
function readTokens(line: string, start: number): { tokens: string[]; end: number } {
  const tokens: string[] = []
  let token = ''
  let at = start
  for (; at < line.length; at++) {
    const char = line[at]
    if (char === ' ' || char === '#') break
    if (char === ',') {
      tokens.push(token)
      token = ''
    } else if (char === '"') {
      const quoted = readQuoted(line, at + 1)
      token += quoted.text
      at = quoted.end
    } else {
      token += char
    }
  }
  tokens.push(token)
  return { tokens, end: at }
}

/** Reads a quoted run whose first character is at `start`; `end` is the place of the closing quote. */
function readQuoted(line: string, start: number): { text: string; end: number } {
  let text = ''
  for (let at = start; at < line.length; at++) {
    let char = line[at]
    if (char === '"') return { text, end: at }
    if (char === '\\') {
      at++
      const escaped = line.codePointAt(at)
      if (escaped === undefined) throw new RouteLineError('unterminated escape sequence')
      char = String.fromCodePoint(escaped)
      if (char !== '\\' && char !== '"') throw new RouteLineError(`unexpected escape character: ${char}`)
    }
    text += char
  }
  throw new RouteLineError('unterminated quoted section')
}
