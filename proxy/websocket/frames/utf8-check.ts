import { isUtf8 } from 'node:buffer'

/**
 * Says of a text that comes in pieces whether it is UTF-8, as soon as that is certain. Whole characters are left to Node, only one
 * that is cut by the end of a piece is followed byte by byte.
 */
export class Utf8Check {
  /** Bytes that the character at the end of the last piece still lacks. */
  #lacking = 0
  /** What the next of them can be. */
  #lowest = 0x80
  #highest = 0xbf

  /** @returns false when no continuation can make the text UTF-8; then the check is of no more use */
  push(piece: Buffer): boolean {
    let start = 0
    for (; this.#lacking > 0 && start < piece.length; start++) if (!this.#continue(piece[start]!)) return false
    const cut = lastCharacterIfCut(piece)
    const whole = start === 0 && cut === piece.length ? piece : piece.subarray(start, cut)
    if (!isUtf8(whole)) return false
    if (cut === piece.length) return true
    if (!this.#begin(piece[cut]!)) return false
    for (let at = cut + 1; at < piece.length; at++) if (!this.#continue(piece[at]!)) return false
    return true
  }

  /** @returns whether the text may end here */
  end(): boolean {
    return this.#lacking === 0
  }

  /** RFC 3629 4: some first bytes narrow the second, against overlong forms, surrogates and what is above U+10FFFF. */
  #begin(byte: number): boolean {
    this.#lacking = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    this.#lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
    this.#highest = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
    return byte >= 0xc2 && byte <= 0xf4
  }

  #continue(byte: number): boolean {
    if (byte < this.#lowest || byte > this.#highest) return false
    this.#lacking--
    this.#lowest = 0x80
    this.#highest = 0xbf
    return true
  }
}

/** Where a character begins that goes on behind the piece; the piece's end when there is none. */
function lastCharacterIfCut(piece: Buffer): number {
  const end = piece.length
  const farthest = Math.max(0, end - 3)
  for (let at = end - 1; at >= farthest; at--) {
    const byte = piece[at]!
    if (byte < 0x80) return end
    if (byte >= 0xc0) return at + (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) > end ? at : end
  }
  return end
}
