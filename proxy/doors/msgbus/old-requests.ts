import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { readAnew } from '../../accept/detach.ts'

/*
 * Two of the old clients send requests that are none. The server they were made for understood what they mean, and so does this one, for what
 * exactly they send and nothing like it.
 */

/** The C library encodes the whole path, its first slash included. */
const ENCODED_TARGET = /^(?:GET|POST) (?=%2Fmsgbus%2F)/i

/** The tool that sends leaves a line feed behind its credentials, before the end of the line. */
const LONG_CREDENTIALS = /^((?:[^\r\n]+\r\n)+?authorization: basic [\w+/]+=*)\n\r\n/i

interface ParseError extends Error {
  readonly rawPacket?: Buffer
}

/** What an old client meant by a packet that begins with a request; undefined when it is not from one. */
function repaired(packet: Buffer): Buffer | undefined {
  const text = packet.toString('latin1')
  if (ENCODED_TARGET.test(text)) return Buffer.from(text.replace(' ', ' /'), 'latin1')
  if (LONG_CREDENTIALS.test(text)) return Buffer.from(text.replace(LONG_CREDENTIALS, '$1\r\n'), 'latin1')
  return undefined
}

/** To be called with what node:http could not parse. @returns whether the request is understood after all. */
export function repairOld({ rawPacket }: ParseError, stream: Duplex): boolean {
  const socket = stream as Socket & { _httpMessage?: ServerResponse | null }
  // Behind a request that is not answered yet the packet may begin anywhere.
  const bytes = rawPacket === undefined || socket._httpMessage ? undefined : repaired(rawPacket)
  return bytes !== undefined && readAnew(socket, bytes)
}
