export interface FrameOptions {
  /** Last frame of its message; true unless said otherwise. */
  readonly fin?: boolean
  /** First frame of a message that is compressed (RFC 7692). */
  readonly compressed?: boolean
}

/** A whole frame as a server sends it, in one piece. */
export function frame(opcode: number, payload: Buffer, options: FrameOptions = {}): Buffer {
  const size = headSize(payload.length)
  const bytes = Buffer.allocUnsafe(size + payload.length)
  writeHead(bytes, opcode, payload.length, options)
  payload.copy(bytes, size)
  return bytes
}

/** What stands before a payload of `length` bytes that follows in pieces. */
export function frameHead(opcode: number, length: number, options: FrameOptions = {}): Buffer {
  const bytes = Buffer.allocUnsafe(headSize(length))
  writeHead(bytes, opcode, length, options)
  return bytes
}

/** Bytes that the head of an unmasked frame takes. */
export function headSize(length: number): number {
  if (length < 126) return 2
  return length < 0x10000 ? 4 : 10
}

/** Writes the head of an unmasked frame to the front of `bytes`. */
export function writeHead(bytes: Buffer, opcode: number, length: number, options: FrameOptions): void {
  bytes[0] = opcode | (options.fin === false ? 0 : 0x80) | (options.compressed ? 0x40 : 0)
  if (length < 126) {
    bytes[1] = length
  } else if (length < 0x10000) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
    bytes.writeUInt32BE(length % 2 ** 32, 6)
  }
}
