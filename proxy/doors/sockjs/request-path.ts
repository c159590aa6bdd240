import type { RequestFacts } from '../../accept/exchange.ts'

/** What a SockJS request asks for, below the route's prefix. */
export interface SockJsPath {
  /** Below the prefix, without the query. */
  readonly path: string
  /** With its question mark, or empty. */
  readonly query: string
}

/** The parts of `/SERVER/SESSION/LAST`; the server is the client's affair. */
export interface SessionPath {
  readonly session: string
  readonly last: string
}

export function sockJsPath({ route, target }: RequestFacts): SockJsPath {
  const below = target.slice(route.sockjs?.length)
  const query = below.indexOf('?')
  return query === -1 ? { path: below, query: '' } : { path: below.slice(0, query), query: below.slice(query) }
}

export function sessionPath(path: string): SessionPath | undefined {
  const [, session = '', last = ''] = /^\/[^/]+\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return session === '' ? undefined : { session, last }
}

/** Path and query of the backend's WebSocket (GRIP 8.1). */
export function backendTarget({ route, scheme }: RequestFacts, query: string): string {
  const suffix = scheme === 'ws' || scheme === 'wss' ? '/websocket' : ''
  return (route.sockjsAsPath ?? `${route.sockjs}${suffix}`) + query
}
