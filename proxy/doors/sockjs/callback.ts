const NAMES = ['callback', 'c']

/** Of a function, or of one in an object: anything else could be a script of an attacker's making in the page's own origin. */
const SAFE = /^[\w$.-]{1,256}$/

/** The function that a script or page is to call with each frame; undefined when none is named that is safe to call. */
export function callbackOf(query: string): string | undefined {
  const parameters = new URLSearchParams(query)
  const name = NAMES.map((parameter) => parameters.get(parameter)).find((value) => value !== null) ?? ''
  return SAFE.test(name) ? name : undefined
}

/** The query without it, otherwise byte for byte: it is nothing to the backend. */
export function withoutCallback(query: string): string {
  const kept = query
    .slice(1)
    .split('&')
    .filter((pair) => !NAMES.includes(pair.split('=', 1)[0] ?? ''))
  return kept.length === 0 || kept[0] === '' ? '' : `?${kept.join('&')}`
}
