import type { Timer, TimerWheel } from './timer-wheel.ts'

/** When a held connection is to be sent something although nothing was published (GRIP 3.6, 7.3). */
export interface KeepAliveTimes {
  /** `idle` counts from the last byte sent, `interval` runs regardless. */
  readonly mode: 'idle' | 'interval'
  /** Seconds. */
  readonly timeout: number
}

/** Calls `send` at these times until it is stopped. */
export class KeepAliveClock {
  readonly #times: KeepAliveTimes
  readonly #wheel: TimerWheel
  readonly #onTime: () => void
  #period = 0
  #lastSent = 0
  #timer: Timer | undefined

  constructor(times: KeepAliveTimes, wheel: TimerWheel, send: () => void) {
    this.#times = times
    this.#wheel = wheel
    this.#onTime = () => {
      const quiet = wheel.now - this.#lastSent
      if (this.#times.mode === 'idle' && quiet < this.#period) {
        this.#wait(this.#period - quiet)
        return
      }
      this.#next()
      // Last, since it may find the client too slow, which ends all this.
      send()
    }
    this.#next()
    this.#lastSent = wheel.now
  }

  /** Something was sent just now. */
  sent(): void {
    this.#lastSent = this.#wheel.now
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** Up to a second less than asked, so that connections that were opened together do not stay in step. */
  #next(): void {
    this.#period = this.#times.timeout * 1000 - Math.floor(Math.random() * 1000)
    this.#wait(this.#period)
  }

  #wait(milliseconds: number): void {
    this.#timer = this.#wheel.after(milliseconds, this.#onTime)
  }
}
