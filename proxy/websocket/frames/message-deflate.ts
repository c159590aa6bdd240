import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { INVALID_DATA, TOO_LARGE } from './close-code.ts'
import { FrameError } from './frame-error.ts'

/*
 * Messages are compressed each for itself, without a memory of those before (RFC 7692 7.1.1): what is published is compressed once for
 * all clients, and a connection holds nothing of zlib's between messages.
 */

/**
 * What a flush ends with, which the sender leaves out (RFC 7692 7.2.1). The empty last block behind it makes zlib complain about
 * nearly every message that is cut off.
 */
const MISSING_TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff])
const FLUSH_TAIL = 4

/** Parts that one message may consist of, each of which costs a start of zlib. Everyone known sends one. */
const MAX_PARTS = 64

/** The payload of a compressed message. */
export function deflateMessage(payload: Buffer): Buffer {
  const flushed = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH })
  return flushed.subarray(0, flushed.length - FLUSH_TAIL)
}

/**
 * The message that a compressed payload, of all its frames, stands for. Whether a text is UTF-8 is still to be checked.
 *
 * @throws {FrameError} when it is larger than `maxSize` bytes, which are then never in memory, or when it is not deflated data
 */
export function inflateMessage(payload: Buffer, maxSize: number): Buffer {
  const parts: Buffer[] = []
  let rest = Buffer.concat([payload, MISSING_TAIL])
  let left = maxSize
  // A block may say that it is the last, and yet another part may follow it (RFC 7692 7.2.1).
  while (rest.length > MISSING_TAIL.length) {
    if (parts.length === MAX_PARTS) throw new FrameError(INVALID_DATA, 'a compressed message has too many parts')
    const { buffer, engine } = inflatePart(rest, left)
    if (buffer.length > left) throw tooLarge()
    left -= buffer.length
    parts.push(buffer)
    rest = rest.subarray(engine.bytesWritten)
  }
  // Otherwise it went on into the tail, which was not its own.
  const isWhole = rest.length === 0 || rest.length === MISSING_TAIL.length
  if (!isWhole) throw corrupt()
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

/** What `inflateRawSync` returns when asked for `info`. */
interface Inflated {
  readonly buffer: Buffer
  /** Its count is of bytes that zlib has read. */
  readonly engine: { readonly bytesWritten: number }
}

function inflatePart(bytes: Buffer, maxSize: number): Inflated {
  try {
    // Node does not take 0 for a limit.
    return inflateRawSync(bytes, { info: true, maxOutputLength: Math.max(maxSize, 1) }) as unknown as Inflated
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : corrupt()
  }
}

function tooLarge(): FrameError {
  return new FrameError(TOO_LARGE, 'a compressed message is too large')
}

function corrupt(): FrameError {
  return new FrameError(INVALID_DATA, 'a compressed message is not deflated data')
}
