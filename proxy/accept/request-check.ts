import type { IncomingMessage } from 'node:http'
import { errors } from './errors.ts'
import type { ErrorAnswer } from './errors.ts'

const MAX_HEADERS = 200
const MAX_TARGET = 16_384

/** One more than is allowed, so that a request with too many is seen to have them: Node drops the rest. */
export const PARSED_HEADERS = MAX_HEADERS + 1

/** Host and target of a request, in the form in which the backend gets them. */
export interface RequestTarget {
  /** Authority as the client sent it, with port if it had one; empty for an HTTP/1.0 request without Host. */
  readonly host: string
  /** Path and query, byte for byte as received. */
  readonly target: string
}

/**
 * Refuses what two readers could understand in two ways, before anything is forwarded. Node's parser in strict mode has refused most of it
 * already; here is what it lets through.
 */
export function checkRequest(req: IncomingMessage): RequestTarget | ErrorAnswer {
  const { httpVersionMajor: major, httpVersionMinor: minor, method, url = '' } = req
  if (major === 0) return errors.oldProtocol
  if (major !== 1 || minor > 1) return errors.unknownVersion
  if (req.rawHeaders.length > MAX_HEADERS * 2) return errors.tooManyHeaders
  if (url.length > MAX_TARGET) return errors.targetTooLong

  const coding = req.headers['transfer-encoding']
  if (coding !== undefined) {
    // A 1.0 recipient on the way would have read the body differently (RFC 9112 6.1).
    if (minor === 0) return errors.chunkedInHttp10
    if (coding.toLowerCase() !== 'chunked') return errors.unknownCoding
  }
  if (method === 'TRACE') return errors.trace
  // Node keeps the first of several Host headers; a backend may keep the last.
  const hosts = countOf('host', req.rawHeaders)
  if (hosts > 1) return errors.severalHosts
  if (hosts === 0 && minor === 1) return errors.noHost
  return readTarget(url, method, req.headers.host ?? '')
}

export function isError(checked: RequestTarget | ErrorAnswer): checked is ErrorAnswer {
  return 'code' in checked
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/is
const HOST = /^[a-z0-9\-._~%!$&'()*+,;=]*(?::\d*)?$|^\[[0-9a-f:.]+\](?::\d*)?$/i

function readTarget(url: string, method: string | undefined, hostHeader: string): RequestTarget | ErrorAnswer {
  let host = hostHeader
  let target = url
  if (!url.startsWith('/')) {
    if (url === '*' && method === 'OPTIONS') return { host, target }
    const absolute = ABSOLUTE_FORM.exec(url)
    if (absolute === null) return errors.badTarget
    // RFC 9112 3.2.2: the authority in the target counts, whatever the Host header says.
    const [, authority = '', rest = ''] = absolute
    if (authority === '') return errors.badTarget
    host = authority
    target = rest.startsWith('/') ? rest : `/${rest}`
  }
  if (target.includes('#')) return errors.badTarget
  return HOST.test(host) ? { host, target } : errors.badHost
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i] as string
    if (header.length === name.length && header.toLowerCase() === name) count++
  }
  return count
}

/** Whether a body belongs to the request, come or not (RFC 9112 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0)
}

/** What is wrong with a request that asks for `Upgrade: websocket` (RFC 6455 4.2.1). */
export function checkWebSocket(req: IncomingMessage): ErrorAnswer | undefined {
  const { headers, httpVersionMinor } = req
  const key = headers['sec-websocket-key']
  const isHandshake = (req as { upgrade?: boolean }).upgrade === true && req.method === 'GET' && httpVersionMinor > 0
  if (!isHandshake || key === undefined || Buffer.from(key, 'base64').length !== 16) return errors.badWebSocket
  return headers['sec-websocket-version'] === '13' ? undefined : errors.webSocketVersion
}

export function asksForWebSocket(req: IncomingMessage): boolean {
  return req.headers.upgrade?.toLowerCase() === 'websocket'
}
