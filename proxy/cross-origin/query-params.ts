export interface TakenParams {
  /** Percent-decoded once; each byte a character. Of several parameters of a name the first one counts. */
  readonly values: ReadonlyMap<string, string>
  /** Path and query without them; the rest is as it was, byte for byte. */
  readonly target: string
}

/** Takes the parameters of these names out of a query. `+` is no space: scripts write parameters with `encodeURIComponent`. */
export function takeParams(target: string, names: ReadonlySet<string>): TakenParams {
  const queryStart = target.indexOf('?')
  const values = new Map<string, string>()
  if (queryStart === -1) return { values, target }
  const rest: string[] = []
  for (const part of target.slice(queryStart + 1).split('&')) {
    const equals = part.indexOf('=')
    const name = decoded(equals === -1 ? part : part.slice(0, equals))
    if (!names.has(name)) rest.push(part)
    else if (!values.has(name)) values.set(name, equals === -1 ? '' : decoded(part.slice(equals + 1)))
  }
  const query = rest.join('&')
  return { values, target: target.slice(0, queryStart) + (query === '' ? '' : `?${query}`) }
}

/** A `%` without two digits stays what it is. */
function decoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
