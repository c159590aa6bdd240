const LENGTH_SIZE = 4

/** Cuts a stream of bytes into frames: four bytes of length, big-endian, and so many bytes. */
export class FrameSplitter {
  readonly #onFrame: (frame: Buffer) => void
  /** What has come of a frame that is not whole, its length included. */
  #parts: Buffer[] = []
  #size = 0
  /** How much of it there must be to go on. */
  #needed = 0

  /** @param onFrame gets views of what is pushed, wherever a frame came in one piece. */
  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame
  }

  push(bytes: Buffer): void {
    if (this.#size === 0) {
      this.#cut(bytes)
      return
    }
    this.#parts.push(bytes)
    this.#size += bytes.length
    if (this.#size < this.#needed) return
    const whole = Buffer.concat(this.#parts, this.#size)
    this.#parts = []
    this.#size = 0
    this.#cut(whole)
  }

  #cut(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const left = bytes.length - at
      const needed = left < LENGTH_SIZE ? LENGTH_SIZE : LENGTH_SIZE + bytes.readUInt32BE(at)
      if (left < needed) {
        this.#parts.push(bytes.subarray(at))
        this.#size = left
        this.#needed = needed
        return
      }
      this.#onFrame(bytes.subarray(at + LENGTH_SIZE, at + needed))
      at += needed
    }
  }
}

/** Puts each frame's length before it; the opposite of what a splitter does. */
export function joinFrames(frames: readonly Buffer[]): Buffer {
  let size = 0
  for (const frame of frames) size += LENGTH_SIZE + frame.length
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const frame of frames) {
    at = bytes.writeUInt32BE(frame.length, at)
    at += frame.copy(bytes, at)
  }
  return bytes
}
