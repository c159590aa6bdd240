import { isUtf8 } from 'node:buffer'
import { INVALID_DATA, isCloseCode, PROTOCOL_ERROR, TOO_LARGE } from './close-code.ts'
import { CLOSE, CONTINUATION, PONG, BINARY } from './frame.ts'
import { FrameError } from './frame-error.ts'

/** What a reader expects of its peer; readers of the same kind of peer can share one. */
export interface FrameRules {
  /** Frames come from a client and have to be masked (RFC 6455 5.1); others must not be. */
  readonly masked: boolean
  /** Compression was negotiated: the first frame of a message may be marked as compressed. */
  readonly deflate: boolean
  /** Bytes of payload that the frames of one message may have together, as they are on the wire. */
  readonly maxMessage: number
}

/**
 * The first two bytes of a frame.
 *
 * @param inMessage frames of a message are still to come
 * @throws {FrameError}
 */
export function checkStart(first: number, second: number, rules: FrameRules, inMessage: boolean): void {
  const opcode = first & 0x0f
  if ((first & 0x30) !== 0) throw broken('a reserved bit is set')
  if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) throw broken(`the opcode ${opcode} is reserved`)
  const isFirst = opcode !== CONTINUATION && opcode < CLOSE
  // RFC 7692 6: the bit stands for the message, so only its first frame has it.
  if ((first & 0x40) !== 0 && !(isFirst && rules.deflate)) throw broken('a frame is marked as compressed and cannot be')
  if (((second & 0x80) !== 0) !== rules.masked)
    throw broken(rules.masked ? 'a frame is not masked' : 'a frame is masked')
  if (opcode >= CLOSE) {
    if ((first & 0x80) === 0) throw broken('a control frame is fragmented')
    if ((second & 0x7f) > 125) throw broken('a control frame is longer than 125 bytes')
    if (opcode === CLOSE && (second & 0x7f) === 1) throw broken('a close frame has half a code')
  } else if (isFirst === inMessage) {
    throw broken(inMessage ? 'a message begins within another' : 'a continuation has no message')
  }
}

/**
 * The length that takes 2 bytes (`form` 126) or 8 (127) at `at`; the shortest form is the only right one (RFC 6455 5.2).
 *
 * @throws {FrameError}
 */
export function readLength(bytes: Uint8Array, at: number, form: number): number {
  const length = form === 126 ? (bytes[at]! << 8) | bytes[at + 1]! : readLongLength(bytes, at)
  if (length < (form === 126 ? 126 : 0x10000)) throw broken('a length is not in its shortest form')
  return length
}

function readLongLength(bytes: Uint8Array, at: number): number {
  if (bytes[at]! > 0x7f) throw broken('a length has its highest bit set')
  let length = 0
  for (let next = at; next < at + 8; next++) length = length * 0x100 + bytes[next]!
  if (length > Number.MAX_SAFE_INTEGER) throw new FrameError(TOO_LARGE, 'a frame is too large')
  return length
}

/** RFC 6455 5.5.1: nothing, or a code and a text. That it is not half a code is known from its head. @throws {FrameError} */
export function checkClosePayload(payload: Buffer): void {
  if (payload.length === 0) return
  const code = payload.readUInt16BE(0)
  if (!isCloseCode(code)) throw broken(`the close code ${code} cannot be sent`)
  if (!isUtf8(payload.subarray(2))) throw new FrameError(INVALID_DATA, 'the reason of a close frame is not UTF-8')
}

function broken(reason: string): FrameError {
  return new FrameError(PROTOCOL_ERROR, reason)
}
