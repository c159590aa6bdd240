import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two looks; a look that comes late shows how long the loop was busy with something else. */
const RESOLUTION = 20

/** How late this process's event loop is. */
export class LoopLag {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION })

  constructor() {
    this.#histogram.enable()
  }

  /** @returns the most milliseconds it was late since the last call. */
  take(): number {
    const { max } = this.#histogram
    this.#histogram.reset()
    return Math.max(0, Math.round((max / 1e6 - RESOLUTION) * 10) / 10)
  }
}
