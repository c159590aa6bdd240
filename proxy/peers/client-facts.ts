import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/*
 * What another worker cannot see of a client's connection goes along in two headers. They are believed on the workers' private sockets and
 * nowhere else, and each of the connections there carries one request, so what they say can be said of the connection.
 */
const ADDRESS = 'Gateway-Client-Address'
const TLS = 'Gateway-Client-TLS'
const NAMES = new Set([ADDRESS.toLowerCase(), TLS.toLowerCase()])

/** Headers that a request has more when it is handed on. */
export const ADDED_HEADERS = NAMES.size + 1

const handedOn = new WeakSet<Socket>()

/**
 * The request's headers, and behind them what is known of its client. Headers of the client's own that look like that are left out, and it
 * does not say when this connection closes: one that the other worker closes may be gone before its answer was read.
 */
export function withClientFacts({ rawHeaders, socket }: IncomingMessage): string[] {
  const headers: string[] = []
  const named = ['keep-alive']
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const lower = name.toLowerCase()
    if (lower === 'connection') named.push(...(rawHeaders[i + 1] as string).split(',').filter(isNamed))
    else if (!NAMES.has(lower)) headers.push(name, rawHeaders[i + 1] as string)
  }
  const isSecure = (socket as Partial<TLSSocket>).encrypted === true
  headers.push('Connection', named.join(','))
  return [...headers, ADDRESS, socket.remoteAddress ?? '', TLS, isSecure ? 'yes' : 'no']
}

/** What a Connection header says is a header's name, or a protocol's to switch to. */
function isNamed(option: string): boolean {
  return !/^\s*(?:close|keep-alive)?\s*$/i.test(option)
}

/** Takes those headers off a request that was handed on: from here on it looks as if its client had connected to this worker. */
export function takeClientFacts({ headers, rawHeaders, socket }: IncomingMessage): void {
  const address = headers[ADDRESS.toLowerCase()]
  const isSecure = headers[TLS.toLowerCase()] === 'yes'
  const others = rawHeaders.filter((_, i) => !NAMES.has((rawHeaders[i - (i % 2)] as string).toLowerCase()))
  rawHeaders.splice(0, rawHeaders.length, ...others)
  for (const name of NAMES) delete headers[name]
  // On a Unix socket there is no address that this could hide.
  Object.defineProperty(socket, 'remoteAddress', { value: address || undefined })
  if (isSecure) Object.defineProperty(socket, 'encrypted', { value: true })
  handedOn.add(socket)
}

/** Another worker has handed the request on; to hand it on once more would be a mistake. */
export function isHandedOn({ socket }: IncomingMessage): boolean {
  return handedOn.has(socket)
}
