import type { RequestFacts } from '../accept/exchange.ts'

/** For a client that names no host, which HTTP/1.0 allows, or none that could be in a URL. Nothing is ever sent there. */
const NO_HOST = 'host.invalid'

/**
 * What links and the URLs of filters are relative to: the URI of the client's request. Without a host of its own what is relative stays
 * in the route: the path must not be taken for a host (`http:///path`).
 */
export function requestUrl({ scheme, host, target }: Pick<RequestFacts, 'scheme' | 'host' | 'target'>): URL {
  const origin = `${scheme}://${host}`
  return new URL((URL.canParse(origin) ? origin : `${scheme}://${NO_HOST}`) + target)
}
