import type { DetectRule, LastIds } from '../../shared/link/session-calls.ts'
import { RecentMap } from './recent-map.ts'
import type { SessionStore } from './session-store.ts'

/** Milliseconds without a use after which a session, or the rules of a host, are forgotten. */
const TTL = 24 * 60 * 60 * 1000

const MAX_SESSIONS = 100_000
const MAX_CHANNELS = 100

const MAX_DOMAINS = 1000
const MAX_RULES = 100

/** Sessions in the memory of the handler (GRIP 3.10): a restart forgets them, and backends name them again. */
export class MemorySessions implements SessionStore {
  readonly #rules = new RecentMap<Map<string, DetectRule>>(MAX_DOMAINS, TTL)
  readonly #sessions = new RecentMap<Map<string, string>>(MAX_SESSIONS, TTL)

  async rules(domain: string, path: string): Promise<readonly DetectRule[]> {
    const rules = [...(this.#rules.get(domain)?.values() ?? [])]
    const matching = rules.filter(({ pathPrefix }) => path.startsWith(pathPrefix))
    return matching.toSorted((a, b) => b.pathPrefix.length - a.pathPrefix.length)
  }

  async setRules(rules: readonly DetectRule[]): Promise<void> {
    for (const rule of rules) {
      const ofDomain = this.#rules.get(rule.domain) ?? new Map<string, DetectRule>()
      const { pathPrefix, sidPointer, jsonParam } = rule
      putLast(ofDomain, JSON.stringify([pathPrefix, sidPointer, jsonParam]), rule, MAX_RULES)
      this.#rules.set(rule.domain, ofDomain)
    }
  }

  async lastIds(sid: string): Promise<LastIds> {
    return [...(this.#sessions.get(sid) ?? [])]
  }

  async update(sid: string, lastIds: LastIds): Promise<void> {
    const session = this.#sessions.get(sid) ?? new Map<string, string>()
    for (const [channel, id] of lastIds) putLast(session, channel, id, MAX_CHANNELS)
    this.#sessions.set(sid, session)
  }

  /** Only sessions that a backend has named: any client can have itself held under an id of its own invention. */
  async updateMany(sessions: readonly (readonly [sid: string, lastIds: LastIds])[]): Promise<void> {
    for (const [sid, lastIds] of sessions) {
      const session = this.#sessions.get(sid)
      if (session === undefined) continue
      for (const [channel, id] of lastIds) putLast(session, channel, id, MAX_CHANNELS)
    }
  }

  close(): void {}
}

/** The first is dropped when there are too many. */
function putLast<Value>(map: Map<string, Value>, name: string, value: Value, max: number): void {
  map.delete(name)
  map.set(name, value)
  if (map.size <= max) return
  const [first] = map.keys()
  if (first !== undefined) map.delete(first)
}
