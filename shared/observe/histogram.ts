/** Upper bounds of the buckets, in seconds; what took longer than the last is in one more. */
export const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** What a histogram has counted; plain data for the link. */
export interface HistogramCounts {
  /** One for each bucket, not cumulated. */
  readonly counts: readonly number[]
  /** Seconds. */
  readonly sum: number
}

/** Counts how long something took. Its buckets are fixed, so that those of several processes can be added. */
export class Histogram {
  #counts = emptyBuckets()
  #sum = 0
  #isEmpty = true

  /** @param milliseconds below 0 counts as 0. */
  observe(milliseconds: number): void {
    const seconds = Math.max(0, milliseconds) / 1000
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket++
    ;(this.#counts[bucket] as number)++
    this.#sum += seconds
    this.#isEmpty = false
  }

  add({ counts, sum }: HistogramCounts): void {
    for (const [bucket, count] of counts.entries())
      if (bucket < this.#counts.length) (this.#counts[bucket] as number) += count
    this.#sum += sum
    this.#isEmpty = false
  }

  get counts(): HistogramCounts {
    return { counts: this.#counts, sum: this.#sum }
  }

  /** What was counted since the last call; undefined for nothing. */
  take(): HistogramCounts | undefined {
    if (this.#isEmpty) return undefined
    const { counts } = this
    this.#counts = emptyBuckets()
    this.#sum = 0
    this.#isEmpty = true
    return counts
  }
}

function emptyBuckets(): number[] {
  return Array.from({ length: BOUNDS.length + 1 }, () => 0)
}
