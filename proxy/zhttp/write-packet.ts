import type { RawHeaders } from '../forward/raw-headers.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { OutgoingRequest } from '../forward/attempt.ts'
import { encodeTnetstring } from '../../shared/tnetstring.ts'
import type { TnetInput } from '../../shared/tnetstring.ts'

/** Fields of a packet, less those that every packet of an exchange has. */
export type PacketFields = Readonly<Record<string, TnetInput>>

const FORMAT = Buffer.from('T')

export function writePacket(fields: PacketFields): Buffer {
  return Buffer.concat([FORMAT, encodeTnetstring(fields)])
}

/** Texts of HTTP have one character per byte; a tnetstring would make UTF-8 of them. */
export function wireBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** What the first packet says of the request and of how to connect to its origin, for services that do (GRIP 12.2). */
export function requestPacket(request: OutgoingRequest, scheme: 'http' | 'ws', headers: RawHeaders): PacketFields {
  const { target, path } = request
  const host = pairs(request.headers).find(([name]) => name.toLowerCase() === 'host')?.[1] || 'localhost'
  return {
    uri: wireBytes(`${scheme}${target.ssl ? 's' : ''}://${host}${path}`),
    headers: pairs(headers).map((pair) => pair.map(wireBytes)),
    ...(target.untrusted ? {} : { 'ignore-policies': true }),
    ...(target.trustConnectHost ? { 'trust-connect-host': true } : {}),
    ...(target.insecure ? { 'ignore-tls-errors': true } : {}),
    ...(target.clientCert === undefined ? {} : { 'client-cert': target.clientCert }),
    ...(target.clientKey === undefined ? {} : { 'client-key': target.clientKey }),
  }
}
