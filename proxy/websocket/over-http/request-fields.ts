import { type RawHeaders, pairs } from '../../forward/raw-headers.ts'

const eventsType = 'application/websocket-events'

export interface RequestFields {
  /** Of the client's handshake, as a backend would get them. */
  readonly handshake: RawHeaders
  readonly connectionId: string
  /** Takes the place of the handshake's, which will have expired; undefined leaves that as it is. */
  readonly gripSig: string | undefined
  /** What `Set-Meta-` headers stored, by names without a prefix. */
  readonly meta: Iterable<readonly [name: string, value: string]>
  /** How much of the content at the start of the body has been sent before. */
  readonly bytesReplayed: number
}

/** The headers of a WebSocket-over-HTTP request; the length is for whoever sends the body (GRIP 7.4). */
export function requestFields(fields: RequestFields): RawHeaders {
  const { handshake, connectionId, gripSig, meta, bytesReplayed } = fields
  const headers = pairs(handshake).filter(([name]) => isOfClient(name) && (gripSig === undefined || !isGripSig(name)))
  if (gripSig !== undefined) headers.push(['Grip-Sig', gripSig])
  headers.push(['Accept', eventsType], ['Connection-Id', connectionId], ['Content-Type', eventsType])
  if (bytesReplayed > 0) headers.push(['Content-Bytes-Replayed', String(bytesReplayed)])
  for (const [name, value] of meta) headers.push([`Meta-${name}`, value])
  return headers.flat()
}

/** Of the handshake's connection only, or said by the gateway: a client must not be able to forge these. */
const notOfClient: ReadonlySet<string> = new Set([
  'upgrade',
  'connection',
  'accept',
  'connection-id',
  'content-length',
  'content-type',
  'content-bytes-replayed',
])

/** `_` counts as `-` because backends that speak CGI cannot tell them apart. */
function isOfClient(name: string): boolean {
  const lowerCase = name.toLowerCase().replaceAll('_', '-')
  return !notOfClient.has(lowerCase) && !lowerCase.startsWith('meta-')
}

function isGripSig(name: string): boolean {
  return name.toLowerCase() === 'grip-sig'
}
