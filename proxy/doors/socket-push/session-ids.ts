import { createHash } from 'node:crypto'

/** Beyond these the oldest is forgotten: applications may never remove any. */
const MAX_IDS = 1_000_000

interface Entry {
  readonly user: number
  /** Undefined for ever; of `performance.now()`. */
  readonly until: number | undefined
}

/** Which session id a user may authenticate with; one for each. Only hashes are kept, so that a memory dump opens no session. */
export class SessionIds {
  readonly #byHash = new Map<string, Entry>()
  readonly #hashOf = new Map<number, string>()
  readonly #lifetime: number

  /** @param lifetime milliseconds; 0 for ever. */
  constructor(lifetime: number) {
    this.#lifetime = lifetime
  }

  /** Replaces the user's earlier one. An id that another user had is this user's from now on. */
  set(user: number, sessionId: string): void {
    const hash = hashOf(sessionId)
    this.remove(user)
    const before = this.#byHash.get(hash)
    if (before !== undefined) this.remove(before.user)
    const until = this.#lifetime === 0 ? undefined : performance.now() + this.#lifetime
    this.#byHash.set(hash, { user, until })
    this.#hashOf.set(user, hash)
    if (this.#byHash.size <= MAX_IDS) return
    const [oldest] = this.#byHash.values()
    if (oldest !== undefined) this.remove(oldest.user)
  }

  userOf(sessionId: string): number | undefined {
    const entry = this.#byHash.get(hashOf(sessionId))
    if (entry?.until === undefined || entry.until > performance.now()) return entry?.user
    this.remove(entry.user)
    return undefined
  }

  remove(user: number): void {
    const hash = this.#hashOf.get(user)
    if (hash === undefined) return
    this.#hashOf.delete(user)
    this.#byHash.delete(hash)
  }
}

function hashOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64')
}
