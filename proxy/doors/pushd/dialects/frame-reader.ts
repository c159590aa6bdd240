import { withoutSlack } from './without-slack.ts'

const NOTHING: Buffer = Buffer.alloc(0)

/** Cuts what comes into frames: a length of four bytes, big-endian, and so many bytes. */
export class FrameReader {
  readonly #max: number
  #pieces: Buffer[] = []
  #length = 0

  constructor(max: number) {
    this.#max = max
  }

  push(bytes: Buffer): void {
    this.#pieces.push(bytes)
    this.#length += bytes.length
  }

  /** What a frame contains. `broken` when it is longer than any may be. */
  next(): Buffer | 'broken' | undefined {
    if (this.#length < 4) return undefined
    let [first = NOTHING] = this.#pieces
    if (first.length < 4) first = this.#join()
    const length = first.readUInt32BE(0)
    if (length > this.#max) return 'broken'
    if (this.#length < 4 + length) return undefined
    const bytes = this.#join()
    this.#pieces = bytes.length > 4 + length ? [withoutSlack(bytes.subarray(4 + length))] : []
    this.#length -= 4 + length
    return bytes.subarray(4, 4 + length)
  }

  /** Only when something can be taken: a frame that comes in many pieces is copied once. */
  #join(): Buffer {
    const bytes = this.#pieces.length === 1 ? (this.#pieces[0] ?? NOTHING) : Buffer.concat(this.#pieces)
    this.#pieces = [bytes]
    return bytes
  }
}
