/*
 * A masking key (RFC 6455 5.3) is held as one 32-bit number with its first byte on top, so that the key for the bytes after a piece
 * is the same key rotated, and nothing else has to be remembered between pieces.
 */

/** From this many bytes on, a view of words pays for itself. */
const VIEW_PAYS = 128

/** Puts four bytes in the order in which this machine keeps a word. */
const keyBytes = new Uint8Array(4)
const keyWord = new Int32Array(keyBytes.buffer)

/** Masks, or unmasks, `bytes` from `start` to `end` where they are. @returns the key for what follows */
export function mask(bytes: Uint8Array, start: number, end: number, key: number): number {
  if (end - start < VIEW_PAYS) return maskFourByFour(bytes, start, end, key)
  const aligned = start + (-(bytes.byteOffset + start) & 3)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + aligned, (end - aligned) >> 2)
  const rotated = maskFourByFour(bytes, start, aligned, key)
  maskWords(words, rotated)
  return maskFourByFour(bytes, aligned + words.length * 4, end, rotated)
}

function maskFourByFour(bytes: Uint8Array, start: number, end: number, key: number): number {
  const first = key >>> 24
  const second = (key >>> 16) & 0xff
  const third = (key >>> 8) & 0xff
  const fourth = key & 0xff
  let at = start
  for (; at + 4 <= end; at += 4) {
    bytes[at]! ^= first
    bytes[at + 1]! ^= second
    bytes[at + 2]! ^= third
    bytes[at + 3]! ^= fourth
  }
  let rotated = key
  for (; at < end; at++) {
    bytes[at]! ^= rotated >>> 24
    rotated = (rotated << 8) | (rotated >>> 24)
  }
  return rotated
}

function maskWords(words: Int32Array, key: number): void {
  keyBytes[0] = key >>> 24
  keyBytes[1] = key >>> 16
  keyBytes[2] = key >>> 8
  keyBytes[3] = key
  const word = keyWord[0]!
  let at = 0
  for (; at + 4 <= words.length; at += 4) {
    words[at]! ^= word
    words[at + 1]! ^= word
    words[at + 2]! ^= word
    words[at + 3]! ^= word
  }
  for (; at < words.length; at++) words[at]! ^= word
}
