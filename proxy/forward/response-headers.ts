import type { RawHeaders } from './raw-headers.ts'

/** Of the connection between backend and gateway only, or made anew towards the client (GRIP 2.9, RFC 9110 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'transfer-encoding',
  'upgrade',
  'content-encoding',
])

/** What the client gets of a backend's headers, in their order and with their repeats. */
export function responseHeaders(code: number, received: RawHeaders, relaysTrailers: boolean): RawHeaders {
  const named = namedInConnection(received)
  const bodiless = code < 200 || code === 204 || code === 304
  const headers: RawHeaders = []
  for (let i = 0; i < received.length; i += 2) {
    const name = received[i] as string
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || named?.includes(lower) === true) continue
    if (lower === 'trailer' && !relaysTrailers) continue
    if (lower === 'content-length' && bodiless) continue
    headers.push(name, received[i + 1] as string)
  }
  return headers
}

/** Framing headers that a backend's Connection header must not take away. */
const KEPT = new Set(['content-length', 'content-type', 'keep-alive', 'close'])

function namedInConnection(headers: RawHeaders): string[] | undefined {
  let named: string[] | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = (headers[i + 1] as string).toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    for (const element of value.split(',')) if (!KEPT.has(element.trim())) (named ??= []).push(element.trim())
  }
  return named
}
