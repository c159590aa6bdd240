import { nextKey } from './masking-keys.ts'
import { headSize, writeHead } from './frame-writer.ts'
import type { FrameOptions } from './frame-writer.ts'
import { mask } from './mask.ts'

const KEY_SIZE = 4

/** A whole frame as a client sends it, in one piece. The payload is copied and stays as it is. */
export function maskedFrame(opcode: number, payload: Buffer, options: FrameOptions = {}): Buffer {
  const size = headSize(payload.length) + KEY_SIZE
  const bytes = Buffer.allocUnsafe(size + payload.length)
  const key = writeMaskedHead(bytes, opcode, payload.length, options)
  payload.copy(bytes, size)
  mask(bytes, size, bytes.length, key)
  return bytes
}

/** A frame as a client sends it whose payload is sent on in pieces. */
export class MaskedFrame {
  /** To be sent before the pieces. */
  readonly head: Buffer
  #key: number

  /** @param length bytes of payload that all pieces will have together */
  constructor(opcode: number, length: number, options: FrameOptions = {}) {
    this.head = Buffer.allocUnsafe(headSize(length) + KEY_SIZE)
    this.#key = writeMaskedHead(this.head, opcode, length, options)
  }

  /**
   * Masks the next piece where it is: what a FrameReader hands on belongs to its sink, so a frame passes through without a copy. Bytes
   * that are used anywhere else have to be copied by the caller.
   */
  mask(piece: Buffer): Buffer {
    this.#key = mask(piece, 0, piece.length, this.#key)
    return piece
  }
}

/** @returns the key that the payload is to be masked with */
function writeMaskedHead(bytes: Buffer, opcode: number, length: number, options: FrameOptions): number {
  const keyAt = headSize(length)
  const key = nextKey()
  writeHead(bytes, opcode, length, options)
  bytes[1]! |= 0x80
  bytes.writeInt32BE(key, keyAt)
  return key
}
