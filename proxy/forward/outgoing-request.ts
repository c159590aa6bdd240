import type { RequestFacts } from '../accept/exchange.ts'
import type { HostPort } from '../choose/host-port.ts'
import type { Target } from '../choose/route.ts'
import type { OutgoingRequest } from './attempt.ts'
import type { RawHeaders } from './raw-headers.ts'
import { withHost } from './request-headers.ts'

/** What a request says, to whichever target it goes. */
export interface RequestMessage {
  readonly method: string
  /** Path and query, as the client's. */
  readonly target: string
  readonly headers: RawHeaders
  readonly body: OutgoingRequest['body']
}

/** The request as one target of the route gets it: with its path, its Host and its TLS name (GRIP 2.2 steps 1 and 12). */
export function outgoingRequest(
  { route, host: received, traffic }: Pick<RequestFacts, 'route' | 'host' | 'traffic'>,
  { method, target: path, headers, body }: RequestMessage,
  target: Target,
): OutgoingRequest {
  const changed = target.asHost ?? route.asHost
  const host = changed === undefined ? received : formatAuthority(changed)
  return {
    method,
    path: rewritePath(path, route.pathBeg, route.replaceBeg, route.pathRem),
    headers: withHost(headers, host),
    body,
    target,
    servername: target.ssl ? serverName(target.trustConnectHost ? target.host : host) : undefined,
    traffic,
  }
}

/** GRIP 2.2 step 1: of the encoded path, never of the query. */
function rewritePath(target: string, pathBeg: string, replaceBeg: string | undefined, pathRem: number): string {
  if (replaceBeg !== undefined) return withSlash(replaceBeg + target.slice(pathBeg.length))
  if (pathRem === 0) return target
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  return withSlash(path.slice(pathRem) + (query === -1 ? '' : target.slice(query)))
}

function withSlash(target: string): string {
  return target.startsWith('/') ? target : `/${target}`
}

function formatAuthority({ host, port }: HostPort): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}

/** Without the port. */
export function serverName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[|\]$/g, '')
}
