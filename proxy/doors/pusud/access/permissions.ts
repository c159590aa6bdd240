import { matchesChannel } from '../channel-pattern.ts'
import type { Grant } from './grant.ts'

/** Grants of a client that count: with one more, the oldest of them is let go. */
const MAX_GRANTS = 8

const NONE: readonly Grant[] = []

/** What a client may do: all that it was granted, until it expires. */
export class Permissions {
  #grants = NONE

  /** A password's grant, however often it is given, is one. */
  add(grant: Grant): void {
    const now = Date.now()
    const others = this.#grants.filter((one) => one !== grant && one.expires > now)
    this.#grants = [...others, grant].slice(-MAX_GRANTS)
  }

  allow(right: 'read' | 'write', channel: string): boolean {
    const now = Date.now()
    for (const grant of this.#grants) {
      if (grant.expires > now && grant[right].some((pattern) => matchesChannel(pattern, channel))) return true
    }
    return false
  }

  /** When the next grant expires, in milliseconds since 1970; infinite when none will. */
  get nextExpiry(): number {
    const now = Date.now()
    return Math.min(...this.#grants.map(({ expires }) => expires).filter((expires) => expires > now))
  }
}
