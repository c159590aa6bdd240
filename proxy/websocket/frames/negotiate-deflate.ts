/** Compression is only ever done without a memory of earlier messages, on both sides (RFC 7692 7.1.1). */
const ACCEPTED = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

/** One extension that a client offers; a parameter without value has none, which is not the same as an empty one. */
interface Offer {
  readonly name: string
  readonly params: ReadonlyArray<readonly [name: string, value: string | undefined]>
}

/**
 * The element of `Sec-WebSocket-Extensions` that accepts the client's first acceptable offer of compression; undefined when there is none.
 *
 * @param offers the client's header of that name, its lines joined with commas
 */
export function negotiateDeflate(offers: string): string | undefined {
  const offer = parseOffers(offers).find(isAcceptable)
  if (offer === undefined) return undefined
  // A limit that is accepted has to be repeated (RFC 7692 7.1.2.1). That of the client's own window need not be.
  const isLimited = offer.params.some(([name]) => name === 'server_max_window_bits')
  return isLimited ? `${ACCEPTED}; server_max_window_bits=15` : ACCEPTED
}

function isAcceptable({ name, params }: Offer): boolean {
  if (name !== 'permessage-deflate') return false
  const names = new Set(params.map(([name]) => name))
  return names.size === params.length && params.every(([name, value]) => isAcceptableParam(name, value))
}

function isAcceptableParam(name: string, value: string | undefined): boolean {
  switch (name) {
    case 'server_no_context_takeover':
    case 'client_no_context_takeover':
      return value === undefined
    case 'server_max_window_bits':
      // Under a smaller window, a message could not be compressed once for all.
      return value === '15'
    case 'client_max_window_bits':
      return value === undefined || /^(?:[89]|1[0-5])$/.test(value)
    default:
      return false
  }
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const NAME = new RegExp(`[ \\t,]*(${TOKEN})`, 'y')
const PARAM = new RegExp(
  `[ \\t]*;[ \\t]*(${TOKEN})[ \\t]*(?:=[ \\t]*(?:(${TOKEN})|"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"))?`,
  'y',
)
const END = /[ \t]*(?:,|$)[ \t,]*/y
const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`)

/** RFC 6455 9.1. A header that breaks the grammar anywhere offers nothing: what else it says could be misread. */
function parseOffers(text: string): Offer[] {
  const offers: Offer[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    const name = take(NAME)?.[1]
    if (name === undefined) return []
    const params: Array<[name: string, value: string | undefined]> = []
    for (let param = take(PARAM); param !== null; param = take(PARAM)) {
      const [, name = '', token, quoted] = param
      const value = token ?? quoted?.replaceAll(/\\(.)/g, '$1')
      // What stands in quotes has to be a token, too.
      if (value !== undefined && !WHOLE_TOKEN.test(value)) return []
      params.push([name, value])
    }
    if (take(END) === null) return []
    offers.push({ name, params })
  }
  return offers
}
