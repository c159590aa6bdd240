/** Bytes that a service may send before it hears of more (GRIP 12.3). */
export const WINDOW = 200_000

/** Bytes that are given back together, so that a service which says little is not answered each time. */
const BATCH = 50_000

/** Bytes beyond its credits that a service may send while nobody takes them: simple ones know nothing of credits. */
const OVERDRAFT = 1_000_000

/** What a service may still send: renewed as far as what it has sent was taken. */
export class InCredits {
  readonly #grant: (credits: number) => void
  #left = WINDOW
  #isPaused = false

  constructor(grant: (credits: number) => void) {
    this.#grant = grant
  }

  /** @returns false when it has sent so much more than it may that it has to be cut. */
  spend(bytes: number): boolean {
    this.#left -= bytes
    return !this.#isPaused || this.#left >= -OVERDRAFT
  }

  /** Of what has come nothing is needed any more, unless the taker has said `pause`. */
  renew(): void {
    const used = WINDOW - this.#left
    if (this.#isPaused || used < BATCH) return
    this.#left = WINDOW
    this.#grant(used)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.renew()
  }
}
