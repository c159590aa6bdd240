/** Values by name that are forgotten when they were not used for a while, or when there are too many: the one not used for longest first. */
export class RecentMap<Value> {
  readonly #max: number
  readonly #ttl: number
  /** In the order of their last use, which is that of their expiry, since all live equally long. */
  readonly #entries = new Map<string, { readonly value: Value; readonly expires: number }>()

  /** @param ttl milliseconds from the last use. */
  constructor(max: number, ttl: number) {
    this.#max = max
    this.#ttl = ttl
  }

  get size(): number {
    return this.#entries.size
  }

  /** Counts as a use. */
  get(name: string, now = performance.now()): Value | undefined {
    this.#expire(now)
    const entry = this.#entries.get(name)
    if (entry !== undefined) this.#put(name, entry.value, now)
    return entry?.value
  }

  set(name: string, value: Value, now = performance.now()): void {
    this.#expire(now)
    this.#put(name, value, now)
    if (this.#entries.size <= this.#max) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  #put(name: string, value: Value, now: number): void {
    this.#entries.delete(name)
    this.#entries.set(name, { value, expires: now + this.#ttl })
  }

  #expire(now: number): void {
    for (const [name, { expires }] of this.#entries) {
      if (expires > now) return
      this.#entries.delete(name)
    }
  }
}
