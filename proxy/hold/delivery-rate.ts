import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/** Milliseconds between two batches of deliveries; more when there is less than one in that time. */
const SHORTEST_INTERVAL = 25

export interface DeliveryRateOptions {
  /** Deliveries a second, of this worker. */
  readonly perSecond: number
  /** Bytes of a block: a delivery counts once for each it has. 0 or less: every delivery counts once. */
  readonly blockSize: number
}

/** Deliveries in batches, so that no more than so many go out in a second (GRIP 6.8). The first after a pause go at once. */
export class DeliveryRate {
  /** Milliseconds. */
  readonly #interval: number
  readonly #batch: number
  readonly #blockSize: number
  #left: number
  /** When the batch began, `performance.now()`. */
  #begun = 0

  constructor({ perSecond, blockSize }: DeliveryRateOptions) {
    this.#interval = Math.max(SHORTEST_INTERVAL, 1000 / perSecond)
    this.#batch = Math.max(1, Math.ceil((perSecond * SHORTEST_INTERVAL) / 1000))
    this.#blockSize = blockSize
    this.#left = this.#batch
  }

  /** What the delivery of these items to one hold counts. */
  weightOf(items: readonly PublishItem[]): number {
    const size = this.#blockSize
    if (size <= 0) return items.length
    return items.reduce((sum, item) => sum + Math.max(1, Math.ceil(sizeOf(item) / size)), 0)
  }

  /** Takes a delivery's weight from the batch; one too heavy for it is owed by those that follow. @returns false when it has to wait. */
  take(weight: number, now = performance.now()): boolean {
    const passed = Math.floor((now - this.#begun) / this.#interval)
    if (passed > 0) {
      this.#begun += passed * this.#interval
      // What was not used is gone; what is owed was paid meanwhile.
      this.#left = Math.min(this.#batch, Math.min(this.#left, 0) + passed * this.#batch)
    }
    if (this.#left <= 0) return false
    this.#left -= weight
    return true
  }

  /** Milliseconds until something may be taken again. */
  wait(now = performance.now()): number {
    return Math.max(1, this.#begun + this.#interval - now)
  }
}

/** Bytes: what the publisher says, else those of the largest format (GRIP 9.2). */
function sizeOf({ size, httpResponse, httpStream, wsMessage }: PublishItem): number {
  if (size !== undefined) return size
  let largest = 0
  if (httpResponse?.action === 'send') largest = httpResponse.body?.length ?? 0
  if (httpStream?.action === 'send') largest = Math.max(largest, httpStream.content.length)
  if (wsMessage?.action === 'send') largest = Math.max(largest, wsMessage.content.length)
  return largest
}
