import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { FrameSocket } from '../../shared/link/frame-socket.ts'
import { encodeItem } from '../../shared/link/item-codec.ts'
import { encodeMessage } from '../../shared/link/messages.ts'

/** Milliseconds that whoever publishes waits for a handler that does not answer. */
const TIMEOUT = 10_000

/** Bytes on their way to a handler that does not read, beyond which nothing more is published. */
const MAX_WAITING = 32 << 20

/** What a worker's doors publish, and whether the handler has taken it. */
export class PublishLink {
  readonly #pending = new Map<number, (taken: boolean) => void>()
  #lastRequest = 0

  /**
   * @param socket undefined when there is no handler.
   * @returns whether the handler has taken them all; false when it is gone, does not answer, or has too much that waits to be delivered.
   */
  publish(items: readonly PublishItem[], socket: FrameSocket | undefined): Promise<boolean> {
    if (socket === undefined || socket.waiting > MAX_WAITING) return Promise.resolve(false)
    return new Promise((resolve) => {
      const request = ++this.#lastRequest
      const timer = setTimeout(() => this.answered(request, false), TIMEOUT)
      this.#pending.set(request, (taken) => {
        clearTimeout(timer)
        resolve(taken)
      })
      for (const item of items) socket.send(encodeItem(item))
      socket.send(encodeMessage({ type: 'publish', request }))
    })
  }

  answered(request: number, taken: boolean): void {
    this.#pending.get(request)?.(taken)
    this.#pending.delete(request)
  }

  /** There is no handler any more that could answer. */
  down(): void {
    for (const resolve of this.#pending.values()) resolve(false)
    this.#pending.clear()
  }
}
