import { parseInteger } from '../../../shared/grip/fields.ts'
import { isGripHeader } from '../../../shared/grip/instruct/grip-response.ts'
import { type RawHeaders, pairs } from '../../forward/raw-headers.ts'
import { responseHeaders } from '../../forward/response-headers.ts'
import { EventError } from './event-error.ts'

/** What the headers of a WebSocket-over-HTTP response say to the gateway (GRIP 7.4). */
export interface ResponseFields {
  /** Seconds without a request until one is made, at least 20; 0 turns it off, undefined leaves it as it was. */
  readonly keepAliveInterval: number | undefined
  /** Names without `Set-Meta-`, in any case; an empty value removes. Of several with one name the last one counts. */
  readonly setMeta: ReadonlyArray<readonly [name: string, value: string]>
  /** Undefined accepts all. Whether there were as many is for the caller to check. */
  readonly contentBytesAccepted: number | undefined
}

/** Throws EventError. */
export function responseFields(received: RawHeaders): ResponseFields {
  return {
    keepAliveInterval: keepAliveInterval(firstValue(received, 'keep-alive-interval')),
    setMeta: pairs(received)
      .filter(([name]) => isSetMeta(name) && name.length > setMetaPrefix.length)
      .map(([name, value]) => [name.slice(setMetaPrefix.length), value]),
    contentBytesAccepted: contentBytesAccepted(firstValue(received, 'content-bytes-accepted')),
  }
}

const leastInterval = 20

/** Node's timers fire at once when asked for more than 2^31-1 ms. */
const mostInterval = Math.floor(0x7fffffff / 1000)

function keepAliveInterval(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seconds = parseInteger(value) ?? 0
  return seconds > 0 ? Math.min(mostInterval, Math.max(leastInterval, seconds)) : 0
}

/** The reference takes what it cannot read for everything, but then what the backend refused would be lost. */
function contentBytesAccepted(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const bytes = parseInteger(value)
  if (bytes !== undefined && bytes >= 0) return bytes
  throw new EventError('Content-Bytes-Accepted is not a number of bytes')
}

const setMetaPrefix = 'set-meta-'

function isSetMeta(name: string): boolean {
  return name.toLowerCase().startsWith(setMetaPrefix)
}

function firstValue(headers: RawHeaders, lowerCaseName: string): string | undefined {
  return pairs(headers).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1]
}

/** Said to the gateway, about the body that the client does not get, or made anew for the client's handshake. */
const notForClient: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'content-bytes-accepted',
  'keep-alive-interval',
  'sec-websocket-accept',
  'sec-websocket-extensions',
])

/** What the client gets of the first response's headers in its 101 (GRIP 7.4). */
export function handshakeHeaders(received: RawHeaders): RawHeaders {
  return pairs(responseHeaders(101, received, false))
    .filter(([name]) => !notForClient.has(name.toLowerCase()) && !isSetMeta(name) && !isGripHeader(name))
    .flat()
}
