import { createHash } from 'node:crypto'

/** Past this many remembered ids the oldest is forgotten early: ids come from publishers, memory does not. */
const MAX_IDS = 1_000_000

/**
 * Remembers which ids were published on which channel, to drop repeats (GRIP 6.1). An entry lives from its first publish; a repeat
 * does not extend it.
 */
export class IdCache {
  readonly #ttl: number
  /** Insertion order is order of expiry, since every entry lives equally long. */
  readonly #expiry = new Map<string, number>()

  /** @param ttl milliseconds; 0 remembers nothing. */
  constructor(ttl: number) {
    this.#ttl = ttl
  }

  /** @returns true when the id is new on the channel, which it then no longer is. */
  add(channel: string, id: string, now = performance.now()): boolean {
    if (this.#ttl === 0) return true
    this.#expire(now)
    // The length keeps (`a`, `b:c`) and (`a:b`, `c`) apart.
    const key = shortened(`${channel.length}:${channel}:${id}`)
    if (this.#expiry.has(key)) return false
    this.#expiry.set(key, now + this.#ttl)
    return true
  }

  #expire(now: number): void {
    for (const [key, expires] of this.#expiry) {
      if (expires > now && this.#expiry.size < MAX_IDS) break
      this.#expiry.delete(key)
    }
  }
}

/** Names of this length are kept as they are; longer ones, which publishers may choose, by their hash. */
const MAX_KEY = 256

function shortened(key: string): string {
  return key.length <= MAX_KEY ? key : createHash('sha256').update(key).digest('base64')
}
