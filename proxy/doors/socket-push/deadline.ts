import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'

/** A timer that is set again and again, many times a second perhaps: setting it later than it was costs nothing. */
export class Deadline {
  readonly #wheel: TimerWheel
  #timer: Timer | undefined
  /** When the timer fires, and when and what is to be done; of `performance.now()`. */
  #fires = 0
  #due = 0
  #action: (() => void) | undefined

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel
  }

  /** Instead of what was set before. */
  set(milliseconds: number, action: () => void): void {
    this.#due = performance.now() + milliseconds
    this.#action = action
    if (this.#timer !== undefined && this.#fires <= this.#due) return
    this.#timer?.cancel()
    this.#start(milliseconds)
  }

  clear(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#action = undefined
  }

  #start(milliseconds: number): void {
    this.#fires = performance.now() + milliseconds
    this.#timer = this.#wheel.after(milliseconds, () => {
      this.#timer = undefined
      const left = this.#due - performance.now()
      if (left > 0) this.#start(left)
      else this.#action?.()
    })
  }
}
