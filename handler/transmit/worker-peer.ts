import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/** What may be on the way to one worker and not yet delivered, in bytes. */
const WINDOW = 1 << 20

/** What may wait for one worker beyond the window, in bytes; a publisher is refused while more does. */
const WAITING_LIMIT = 32 << 20

/** In the place of a frame that was sent. */
const SENT = Buffer.alloc(0)

/**
 * One proxy worker, as the handler sees it: its subscriptions and the items on their way to it. A worker that falls behind is
 * given no more than a window; the rest waits here, where it is counted and publishers can be refused.
 */
export class WorkerPeer {
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
  /** Unique among those that there have been. */
  readonly name: string
  /** Past the window, for what is no item. */
  readonly send: (frame: Buffer) => void
  #waiting: Buffer[] = []
  /** How many of them have been sent. */
  #sent = 0
  #waitingBytes = 0
  #inFlight = 0

  constructor(index: number, pid: number, send: (frame: Buffer) => void) {
    this.name = `worker-${index}-${pid}`
    this.index = index
    this.pid = pid
    this.send = send
  }

  get full(): boolean {
    return this.isOverRate || this.#waitingBytes > WAITING_LIMIT
  }

  /** Items that were not sent yet. */
  get waiting(): number {
    return this.#waiting.length - this.#sent
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.waiting === 0
  }

  deliver(frame: Buffer): void {
    if (this.waiting === 0 && this.#inFlight < WINDOW) {
      this.#inFlight += frame.length
      this.send(frame)
    } else {
      this.#waiting.push(frame)
      this.#waitingBytes += frame.length
    }
  }

  /** The worker has handed that many bytes of items to its holds. */
  delivered(bytes: number): void {
    this.#inFlight -= bytes
    while (this.#sent < this.#waiting.length && this.#inFlight < WINDOW) {
      const frame = this.#waiting[this.#sent] as Buffer
      this.#waiting[this.#sent++] = SENT
      this.#waitingBytes -= frame.length
      this.#inFlight += frame.length
      this.send(frame)
    }
    // Not each time: a hundred thousand may wait behind them.
    if (this.#sent * 2 < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#sent)
    this.#sent = 0
  }
}
