import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/** What may be on the way to one worker and not yet delivered, in bytes. */
const WINDOW = 1 << 20

/** What may wait for one worker beyond the window, in bytes; a publisher is refused while more does. */
const WAITING_LIMIT = 32 << 20

/**
 * One proxy worker, as the handler sees it: its subscriptions and the items on their way to it. A worker that falls behind is
 * given no more than a window; the rest waits here, where it is counted and publishers can be refused.
 */
export class WorkerPeer {
  readonly address: string
  readonly index: number
  readonly pid: number
  readonly channels = new Set<string>()
  /** Items of its doors' clients that it has not said `publish` to yet. */
  readonly published: PublishItem[] = []
  /** Last sign of life, `performance.now()`. */
  seen = performance.now()
  /** Totals since the worker's start, as it last said. */
  counts: Readonly<Record<string, number>> = {}
  /** More deliveries wait in it than `message_hwm`. */
  isOverRate = false
  /** Connections it held when it last said. */
  held = 0
  /** Milliseconds that its event loop was late at most in the second before. */
  lag = 0
  readonly #send: (frame: Buffer) => void
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #inFlight = 0

  constructor(address: string, index: number, pid: number, send: (frame: Buffer) => void) {
    this.address = address
    this.index = index
    this.pid = pid
    this.#send = send
  }

  get full(): boolean {
    return this.isOverRate || this.#waitingBytes > WAITING_LIMIT
  }

  /** Items that were not sent yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0
  }

  deliver(frame: Buffer): void {
    if (this.#waiting.length === 0 && this.#inFlight < WINDOW) {
      this.#inFlight += frame.length
      this.#send(frame)
    } else {
      this.#waiting.push(frame)
      this.#waitingBytes += frame.length
    }
  }

  /** The worker has handed that many bytes of items to its holds. */
  delivered(bytes: number): void {
    this.#inFlight -= bytes
    let sent = 0
    for (; sent < this.#waiting.length && this.#inFlight < WINDOW; sent++) {
      const frame = this.#waiting[sent] as Buffer
      this.#waitingBytes -= frame.length
      this.#inFlight += frame.length
      this.#send(frame)
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent)
  }
}
