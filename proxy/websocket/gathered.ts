/** Bytes that come in pieces until they are whole. Copied into one place: a piece is a view that costs more than a few bytes of content. */
export class Gathered {
  #bytes: Buffer = NOTHING
  #length = 0

  add(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    piece.copy(this.#bytes, this.#length)
    this.#length = length
  }

  /** What has come, which is the caller's; from here on it begins anew. */
  take(): Buffer {
    const bytes = this.#bytes
    const whole = bytes.subarray(0, this.#length)
    this.#bytes = NOTHING
    this.#length = 0
    // Much of the place may be empty.
    return whole.length * 2 > bytes.length ? whole : Buffer.from(whole)
  }
}

const NOTHING: Buffer = Buffer.alloc(0)
