import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import type { LastIds } from '../../shared/link/session-calls.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { SessionLink } from '../link/session-link.ts'
import { sessionIdIn } from './detect-session.ts'
import { isSessionText, sessionHeaders } from './session-headers.ts'
import { Session } from './session.ts'

/** Bytes of a request's body in which its session is looked for (GRIP 2.1). */
const PREFETCH = 10_000

/** The sessions of a worker's clients, on routes with `session` (GRIP 3.10). What is remembered of them is in the handler. */
export class Sessions {
  readonly #link: SessionLink
  /** Ids of what was delivered in this turn of the event loop, by session and channel. */
  #delivered = new Map<string, Map<string, string>>()

  constructor(link: SessionLink) {
    this.#link = link
  }

  /** Finds the session of a request, before it goes to the backend, again if it has been held. Never rejects: without an answer there is none. */
  async detect(exchange: Exchange): Promise<void> {
    const sid = (await this.#find(exchange)) ?? exchange.session?.id
    if (sid === undefined) return
    // The client may answer to what it was sent just now.
    this.#tellDelivered()
    const lastIds = await this.#link.ask({ method: 'last-ids', sid })
    exchange.session = this.#session(sid, lastIds ?? [], exchange.facts.route.prefix)
  }

  async #find({ facts: { host }, target, body }: Exchange): Promise<string | undefined> {
    if (body === undefined) return undefined
    const [path = ''] = target.split('?', 1)
    const rules = (await this.#link.ask({ method: 'rules', domain: domainOf(host), path })) ?? []
    // Only a request that can have a session is kept waiting for its body.
    if (rules.length === 0) return undefined
    const content = await body.peek(PREFETCH).catch(() => undefined)
    return content && sessionIdIn(content, rules)
  }

  /**
   * Stores what the backend's response says of sessions.
   * @returns undefined when that is nothing; else resolves when it is stored, or when the handler did not answer in time.
   */
  store(exchange: Exchange, headers: HeaderList): Promise<unknown> | undefined {
    const { host, route } = exchange.facts
    const { sid = exchange.session?.id, lastIds, rules } = sessionHeaders(headers, domainOf(host))
    const calls: Promise<unknown>[] = []
    if (rules.length > 0) calls.push(this.#link.ask({ method: 'set-rules', rules }))
    if (sid !== undefined) {
      if (sid !== exchange.session?.id) exchange.session = this.#session(sid, lastIds, route.prefix)
      calls.push(this.#link.ask({ method: 'update', sid, lastIds }))
    }
    return calls.length === 0 ? undefined : Promise.all(calls)
  }

  /** The session that a WebSocket's backend has named; undefined for an id that cannot be one (GRIP 7.3). */
  open(sid: string, prefix: string): Session | undefined {
    if (!isSessionText(sid)) return undefined
    this.#link.tell({ method: 'update', sid, lastIds: [] })
    return this.#session(sid, [], prefix)
  }

  #session(sid: string, lastIds: LastIds, prefix: string): Session {
    return new Session(sid, lastIds, prefix, (session, channel, id) => this.#report(session, channel, id))
  }

  /** One message for all clients that are sent something in a turn. */
  #report(sid: string, channel: string, id: string): void {
    if (this.#delivered.size === 0) setImmediate(() => this.#tellDelivered())
    const lastIds = this.#delivered.get(sid)
    if (lastIds === undefined) this.#delivered.set(sid, new Map([[channel, id]]))
    else lastIds.set(channel, id)
  }

  #tellDelivered(): void {
    if (this.#delivered.size === 0) return
    const sessions = Array.from(this.#delivered, ([sid, lastIds]) => [sid, [...lastIds]] as const)
    this.#delivered = new Map()
    this.#link.tell({ method: 'update-many', sessions })
  }
}

/** Without the port. */
function domainOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}
