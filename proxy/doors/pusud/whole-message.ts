import type { FrameHead } from '../../websocket/frames/frame.ts'
import { Gathered } from '../../websocket/gathered.ts'

const NOTHING = Buffer.alloc(0)

/** Puts a message together of its frames, which come in pieces; one that came in a single piece is not copied. */
export class WholeMessage {
  #length = 0
  #isLast = true
  #piece: Buffer = NOTHING
  #gathered: Gathered | undefined

  begin({ length, fin }: FrameHead): void {
    this.#length = length
    this.#isLast = fin
  }

  add(piece: Buffer): void {
    if (this.#gathered === undefined && this.#isLast && piece.length === this.#length) this.#piece = piece
    else (this.#gathered ??= new Gathered()).add(piece)
  }

  /** At the end of a frame. @returns the message, when that was its last. */
  take(): Buffer | undefined {
    if (!this.#isLast) return undefined
    const message = this.#gathered?.take() ?? this.#piece
    this.#gathered = undefined
    this.#piece = NOTHING
    return message
  }
}
