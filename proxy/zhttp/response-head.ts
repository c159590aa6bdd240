import { isHeaderName, isWireText } from '../../shared/grip/wire-text.ts'
import type { ResponseHead } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { ZhttpPacket } from './packet.ts'

/** How much content a response has: nothing in a packet is checked by a parser of HTTP, so this has to be. */
export interface Framing {
  /** Content in the packets is not part of the response (RFC 9110 6.4.1). */
  readonly isBodiless: boolean
  /** Of Content-Length; undefined when it does not say. */
  readonly length: number | undefined
}

/** The head in a packet, or undefined when it would not be one in HTTP: a line break in it would add to the response, or end it. */
export function responseHead({ code, reason, headers }: ZhttpPacket): ResponseHead | undefined {
  if (code === undefined || code < 101 || code > 999) return undefined
  const isValid = isWireText(reason) && pairs(headers).every(([name, value]) => isHeaderName(name) && isWireText(value))
  return isValid ? { code, reason, headers } : undefined
}

/** Undefined when the lengths in the head contradict each other or are none. */
export function framingOf(method: string, { code, headers }: ResponseHead): Framing | undefined {
  const lengths = pairs(headers).filter(([name]) => name.toLowerCase() === 'content-length')
  const [first] = lengths
  if (lengths.length > 1 || (first !== undefined && !/^\d{1,15}$/.test(first[1]))) return undefined
  const isBodiless = method === 'HEAD' || code === 204 || code === 304
  return { isBodiless, length: first === undefined ? undefined : Number(first[1]) }
}
