import { isUtf8 } from 'node:buffer'

const LONGEST_REASON = 123

/**
 * The payload of a close frame. Without a code there can be no reason; a reason that is too long is cut between characters, and
 * what of it is not UTF-8 is replaced, since the peer would take it for a broken frame.
 */
export function closePayload(code: number | undefined, reason: string | Buffer): Buffer {
  if (code === undefined) return Buffer.alloc(0)
  const text = typeof reason !== 'string' && isUtf8(reason) ? reason : Buffer.from(reason.toString())
  const payload = Buffer.allocUnsafe(2 + cutLength(text))
  payload.writeUInt16BE(code)
  text.copy(payload, 2)
  return payload
}

/** Bytes of the text that fit, without a part of a character. */
function cutLength(text: Buffer): number {
  let length = Math.min(text.length, LONGEST_REASON)
  while (length < text.length && (text[length]! & 0xc0) === 0x80) length--
  return length
}
