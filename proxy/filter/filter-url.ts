/**
 * Where the requests of HTTP filters go: `text` resolved against the URI of the connection, with http for ws and https for wss
 * (GRIP 4.7). Undefined when that is no URL for HTTP.
 */
export function filterUrl(text: string, base: string): URL | undefined {
  if (!URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  if (url.protocol === 'ws:') url.protocol = 'http:'
  if (url.protocol === 'wss:') url.protocol = 'https:'
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}
