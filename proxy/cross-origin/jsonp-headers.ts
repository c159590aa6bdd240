import { isUtf8 } from 'node:buffer'
import { fromWire, isHeaderName, isWireText, toWire } from '../../shared/grip/wire-text.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'

/**
 * What `_headers` cannot set. First what no page can in a request of its own (Fetch, forbidden request-headers) and what says how
 * this one is forwarded. Then what servers on the way are believed about the client: in a query it would get past them.
 */
const NOT_A_PAGES =
  /^(?:accept|accept-charset|accept-encoding|access-control-request-.*|connection|content-encoding|content-length|cookie2?|date|dnt|expect|host|http2-settings|keep-alive|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|via|cdn-loop|eb9bf0f5-.*|forwarded|grip[-_].*|pushpin-.*|x[-_]forwarded[-_].*|x[-_]real[-_]ip)$/i

/**
 * Reads the parameter `_headers`: a JSON object of strings (GRIP 8.2).
 * @param bytes each a character.
 * @returns undefined when it is none, or has a name or value that no header can have.
 */
export function jsonpHeaders(bytes: string): RawHeaders | undefined {
  const object = parse(bytes)
  if (object === undefined) return undefined
  const headers: RawHeaders = []
  for (const [name, text] of Object.entries(object)) {
    if (typeof text !== 'string' || !isHeaderName(name)) return undefined
    const value = toWire(text)
    if (!isWireText(value)) return undefined
    if (!NOT_A_PAGES.test(name)) headers.push(name, value)
  }
  return headers
}

function parse(bytes: string): object | undefined {
  if (!isUtf8(Buffer.from(bytes, 'latin1'))) return undefined
  try {
    const value: unknown = JSON.parse(fromWire(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
