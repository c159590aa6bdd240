import { FilterError } from './filter.ts'

/** Requests that wait for their turn, to all URLs together. */
const MAX_WAITING = 10_000

interface Waiting {
  readonly isWanted: () => boolean
  readonly start: () => void
  readonly cancel: () => void
}

/**
 * Spaces out the requests of HTTP filters, of which a fan-out can cause thousands at once (GRIP 4.7). The first goes at once, then one in
 * each interval; URLs take turns, so that a busy one does not hold up the others. A busy event loop makes it slower, never faster.
 */
export class HttpFilterQueue {
  readonly #interval: number
  /** By URL. The first has the next turn; there are no empty lists. */
  readonly #waiting = new Map<string, Waiting[]>()
  #count = 0
  /** Runs while requests wait, and one interval longer. */
  #timer: NodeJS.Timeout | undefined

  /** @param perSecond requests to all URLs together. */
  constructor(perSecond = 100) {
    this.#interval = Math.ceil(1000 / perSecond)
  }

  /**
   * @param isWanted asked when it is the request's turn; one that is no longer wanted, since its client has gone, takes no turn.
   * @returns what `start` returns. Rejects with FilterError when too many requests wait already, or this one is not wanted.
   */
  run<T>(url: string, start: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    if (this.#count === MAX_WAITING) return Promise.reject(new FilterError('network request limit reached'))
    return new Promise((resolve, reject) => {
      this.#add(url, {
        isWanted,
        // The async function turns what `start` may throw into a rejection.
        start: () => resolve((async () => start())()),
        cancel: () => reject(new FilterError('network request is not wanted')),
      })
    })
  }

  #add(url: string, request: Waiting): void {
    const others = this.#waiting.get(url)
    if (others === undefined) this.#waiting.set(url, [request])
    else others.push(request)
    this.#count++
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => this.#tick(), this.#interval)
    // Connections keep the process alive, not their filters.
    this.#timer.unref()
    this.#startNext()
  }

  #tick(): void {
    if (this.#startNext()) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** @returns whether one was started. */
  #startNext(): boolean {
    // A URL that is put back goes behind the others, where the loop comes to it again.
    for (const [url, requests] of this.#waiting) {
      this.#waiting.delete(url)
      const request = requests.shift() as Waiting
      if (requests.length > 0) this.#waiting.set(url, requests)
      this.#count--
      if (request.isWanted()) {
        request.start()
        return true
      }
      request.cancel()
    }
    return false
  }
}
