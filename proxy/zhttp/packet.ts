import type { RawHeaders } from '../forward/raw-headers.ts'
import { decodeTnetstring, TnetstringError } from '../../shared/tnetstring.ts'
import type { TnetValue } from '../../shared/tnetstring.ts'

/** What a service says of one or several exchanges (GRIP 12.2). Texts have one character per byte. */
export interface ZhttpPacket {
  /** Instance id of the service, where the exchange's further packets go; empty when it says none. */
  readonly from: string
  readonly ids: readonly PacketId[]
  /** Empty for data. */
  readonly type: string
  /** Of an error. */
  readonly condition: string
  /** Bytes of content that may be sent from now on, in addition; 0 when it says none. */
  readonly credits: number
  /** More content follows. */
  readonly more: boolean
  /** The service understands packets with several ids. */
  readonly multi: boolean
  /** Status of a response, or code of a WebSocket's close. */
  readonly code: number | undefined
  readonly reason: string
  readonly headers: RawHeaders
  /** Of a WebSocket message. */
  readonly isBinary: boolean
  readonly body: Buffer
}

export interface PacketId {
  readonly id: string
  /** Undefined when it says none. */
  readonly seq: number | undefined
}

/** The bytes are not a packet; the message says why. */
export class PacketError extends Error {
  override readonly name = 'PacketError'
}

// GRIP 12.2
const MAX_IDS = 128
/** What ZeroMQ allows for the name of a peer. */
const MAX_ADDRESS = 255
const FORMAT = 0x54

type Fields = Readonly<Record<string, TnetValue | undefined>>

/**
 * Reads one packet: the letter T and a tnetstring dictionary. Fields that are not known are passed over. The body is a view of the bytes.
 * @throws {PacketError}
 */
export function readPacket(bytes: Buffer): ZhttpPacket {
  if (bytes[0] !== FORMAT) throw new PacketError('it does not begin with T')
  const fields = dictionary(decode(bytes.subarray(1)), 'the packet')
  const ext = fields['ext'] === undefined ? {} : dictionary(fields['ext'], 'ext')
  return {
    from: textOf(fields, 'from', MAX_ADDRESS),
    ids: idsOf(fields),
    type: textOf(fields, 'type'),
    condition: textOf(fields, 'condition'),
    credits: Math.max(0, integerOf(fields, 'credits') ?? 0),
    more: fields['more'] === true,
    multi: ext['multi'] === true,
    code: integerOf(fields, 'code'),
    reason: textOf(fields, 'reason'),
    headers: headersOf(fields['headers']),
    isBinary: textOf(fields, 'content-type') === 'binary',
    body: bytesOf(fields, 'body') ?? NOTHING,
  }
}

const NOTHING = Buffer.alloc(0)

function decode(bytes: Buffer): TnetValue {
  try {
    return decodeTnetstring(bytes)
  } catch (error) {
    if (!(error instanceof TnetstringError)) throw error
    throw new PacketError(error.message)
  }
}

function dictionary(value: TnetValue, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)) return value
  throw new PacketError(`${what} is not a dictionary`)
}

function bytesOf(fields: Fields, name: string): Buffer | undefined {
  const value = fields[name]
  if (value === undefined || Buffer.isBuffer(value)) return value
  throw new PacketError(`${name} is not a byte string`)
}

function textOf(fields: Fields, name: string, longest = Infinity): string {
  const bytes = bytesOf(fields, name)
  if (bytes === undefined) return ''
  if (bytes.length > longest) throw new PacketError(`${name} is longer than ${longest} bytes`)
  return bytes.toString('latin1')
}

function integerOf(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value
  throw new PacketError(`${name} is not a whole number`)
}

function idsOf(fields: Fields): PacketId[] {
  const value = fields['id']
  if (!Array.isArray(value)) return [{ id: textOf(fields, 'id'), seq: integerOf(fields, 'seq') }]
  if (value.length > MAX_IDS) throw new PacketError(`there are more than ${MAX_IDS} ids`)
  return value.map((element) => {
    const each = dictionary(element, 'an id')
    return { id: textOf(each, 'id'), seq: integerOf(each, 'seq') }
  })
}

function headersOf(value: TnetValue | undefined): RawHeaders {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new PacketError('headers is not a list')
  return value.flatMap((pair) => {
    const [name, content] = Array.isArray(pair) ? pair : []
    if (!Buffer.isBuffer(name) || !Buffer.isBuffer(content)) throw new PacketError('a header is not a pair of texts')
    return [name.toString('latin1'), content.toString('latin1')]
  })
}
