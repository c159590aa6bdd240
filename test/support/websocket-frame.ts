/** One frame as it came. */
export interface Frame {
  readonly fin: boolean
  /** The three reserved bits, 0 to 7. */
  readonly rsv: number
  readonly opcode: number
  readonly masked: boolean
  readonly payload: Buffer
}

/** What to send; a single unmasked text frame unless it says otherwise. */
export interface FrameParts {
  readonly fin?: boolean
  readonly rsv?: number
  readonly opcode?: number
  /** Text is sent as UTF-8. */
  readonly payload?: string | Buffer
  /** Four bytes; the frame is masked with them. */
  readonly mask?: Buffer
}

export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

const NAMES = new Map([
  [CONTINUATION, 'continuation'],
  [TEXT, 'text'],
  [BINARY, 'binary'],
  [CLOSE, 'close'],
  [PING, 'ping'],
  [PONG, 'pong'],
])

/** RFC 6455 5.2. Nothing is checked: tests send what nobody should. */
export function frameBytes({ fin = true, rsv = 0, opcode = TEXT, payload = '', mask }: FrameParts): Buffer {
  const content = Buffer.from(payload)
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const maskBit = mask === undefined ? 0 : 0x80
  const { length } = content
  let head: Buffer
  if (length < 126) head = Buffer.of(first, maskBit | length)
  else if (length < 65_536) head = Buffer.of(first, maskBit | 126, length >> 8, length & 255)
  else {
    head = Buffer.of(first, maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0)
    head.writeUInt32BE(length, 6)
  }
  return mask === undefined ? Buffer.concat([head, content]) : Buffer.concat([head, mask, masked(content, mask)])
}

/** The first frame of the bytes and its length; undefined while it is not complete. */
export function readFrame(bytes: Buffer): { frame: Frame; length: number } | undefined {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  const short = second & 0x7f
  const sizeBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const isMasked = (second & 0x80) !== 0
  const start = 2 + sizeBytes + (isMasked ? 4 : 0)
  if (bytes.length < start) return undefined
  const size = sizeBytes === 0 ? short : sizeBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + size) return undefined
  const content = bytes.subarray(start, start + size)
  const payload = isMasked ? masked(content, bytes.subarray(start - 4, start)) : Buffer.from(content)
  const frame = { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 15, masked: isMasked, payload }
  return { frame, length: start + size }
}

/** A close frame's payload; without a code it is empty. */
export function closePayload(code?: number, reason = ''): Buffer {
  return code === undefined ? Buffer.of() : Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)])
}

/**
 * The frame in a line, for comparing: `text hello`, `binary 00ff`, `close 1000 bye`, `ping`. One that is not the last of its
 * message ends in `+`, and reserved bits that are set are told.
 */
export function shownFrame({ fin, rsv, opcode, payload }: Frame): string {
  const name = NAMES.get(opcode) ?? `opcode ${opcode}`
  const flags = `${fin ? '' : '+'}${rsv === 0 ? '' : ` rsv ${rsv}`}`
  return `${[name, ...shownPayload(opcode, payload)].join(' ')}${flags}`
}

function shownPayload(opcode: number, payload: Buffer): string[] {
  if (payload.length === 0) return []
  if (opcode === BINARY) return [payload.toString('hex')]
  if (opcode !== CLOSE || payload.length < 2) return [payload.toString()]
  const reason = payload.toString('utf8', 2)
  return [String(payload.readUInt16BE()), ...(reason === '' ? [] : [reason])]
}

function masked(content: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(content.length)
  // A test sends hundreds of megabytes through this.
  for (let i = 0; i < content.length; i++) result[i] = (content[i] as number) ^ (mask[i & 3] as number)
  return result
}
