import { Readable } from 'node:stream'
import type { OutgoingBody } from '../forward/attempt.ts'

/** A request's body on its way into packets: read no faster than it is taken. */
export class RequestContent {
  readonly #stream: Readable | undefined
  readonly #limit: number
  #chunks: Buffer[] = []
  /** Bytes that have come and were not taken. */
  size = 0
  /** Nothing more will come. */
  isWhole = false

  /**
   * @param limit bytes that are kept; more may come in one piece
   * @param onMore some has come, or the end
   * @param onLost the client has gone before the end
   */
  constructor(body: OutgoingBody | undefined, limit: number, onMore: () => void, onLost: () => void) {
    this.#limit = limit
    const opened = body?.open()
    if (opened instanceof Readable) {
      this.#stream = opened
      opened.on('data', (chunk: Buffer) => {
        this.#add(chunk)
        if (this.size >= limit) opened.pause()
        onMore()
      })
      opened.on('end', () => {
        this.isWhole = true
        onMore()
      })
      opened.on('error', onLost)
      return
    }
    this.isWhole = true
    if (opened !== undefined) this.#add(opened)
    onMore()
  }

  /** @param most bytes */
  take(most: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    const taken = all.subarray(0, most)
    this.#chunks = taken.length < all.length ? [all.subarray(most)] : []
    this.size -= taken.length
    if (this.size < this.#limit) this.#stream?.resume()
    return taken
  }

  /** Nobody takes any more. */
  close(): void {
    this.#chunks = []
    this.#stream?.destroy()
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.size += chunk.length
  }
}
