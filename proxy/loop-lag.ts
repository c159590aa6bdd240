/** Milliseconds between two looks; a look that comes late shows how long the loop was busy with something else. Waking an idle process costs 0.1 ms. */
const RESOLUTION = 50

/**
 * How late this process's event loop is. Not `monitorEventLoopDelay()`: behind each reset its first look shows nothing, so that a loop
 * blocked for longer than from one reset to the next would seem to be in time.
 */
export class LoopLag {
  /** When the next look is due; what was late before has been told. */
  #due = performance.now() + RESOLUTION
  #most = 0

  constructor() {
    const look = (): void => {
      const now = performance.now()
      this.#most = Math.max(this.#most, now - this.#due)
      this.#due = now + RESOLUTION
    }
    setInterval(look, RESOLUTION).unref()
  }

  /** @returns the most milliseconds it was late since the last call. */
  take(): number {
    const now = performance.now()
    const most = Math.max(this.#most, now - this.#due)
    this.#most = 0
    // The look itself may come only after this.
    this.#due = Math.max(this.#due, now)
    return Math.max(0, Math.round(most * 10) / 10)
  }
}
