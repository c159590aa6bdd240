import { encodeTnetstring } from '../../../shared/tnetstring.ts'

export const PACKET_TYPES = ['activity', 'counts', 'message', 'conn', 'sub', 'report'] as const

export type PacketType = (typeof PACKET_TYPES)[number]

export type PacketFormat = 'tnetstring' | 'json'

/** What a packet says; fields that are undefined are left out. */
export type PacketFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A packet as it goes over the stats socket: its type, a space, the letter of its format, its fields (GRIP 9.1). */
export function encodePacket(type: PacketType, fields: PacketFields, format: PacketFormat): Buffer {
  if (format === 'json') return Buffer.from(`${type} J${JSON.stringify(fields)}`)
  const present: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) present[name] = value
  return Buffer.concat([Buffer.from(`${type} T`), encodeTnetstring(present)])
}
