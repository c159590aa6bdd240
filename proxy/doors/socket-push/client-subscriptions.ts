import { matchesList } from '../pattern-list.ts'
import type { PatternList } from '../pattern-list.ts'
import { CallError } from './services/call-error.ts'
import type { User, Users, UserSession } from './users.ts'

/** Channels that a connection may have beside those of its user. */
const MAX_CHANNELS = 1000

/** Answers of the handler that a connection may wait for. */
const MAX_WAITING = 100

/** A connection that can be answered, as long as it is there. */
interface Asker extends UserSession {
  tell(value: object): void
}

/** Channels that connections of authenticated users take themselves, each for itself and for as long as it is there. */
export class ClientSubscriptions {
  readonly #allowed: PatternList
  readonly #users: Users
  readonly #waiting = new WeakMap<Asker, number>()

  /** @param allowed channels, without the prefix of the bus. */
  constructor(allowed: PatternList, users: Users) {
    this.#allowed = allowed
    this.#users = users
  }

  /** Does what the client asks for, and answers. @returns false for a message that asks for nothing. */
  take(text: string, user: User, asker: Asker): boolean {
    const { subscribe, unsubscribe } = fieldsOf(text)
    if (typeof subscribe === 'string') {
      this.#subscribe(subscribe, user, asker).catch((error: unknown) => {
        if (!(error instanceof CallError)) throw error
        asker.tell({ error: error.message })
      })
    } else if (typeof unsubscribe === 'string') {
      this.#users.part(user, asker, unsubscribe)
      asker.tell({ unsubscribed: unsubscribe })
    } else {
      return false
    }
    return true
  }

  async #subscribe(channel: string, user: User, asker: Asker): Promise<void> {
    if (!matchesList(channel, this.#allowed)) throw new CallError(500, `Not allowed to subscribe to ${channel}`)
    const waiting = this.#waiting.get(asker) ?? 0
    if (waiting === MAX_WAITING || asker.own.size === MAX_CHANNELS) throw new CallError(500, 'Too many subscriptions')
    const joined = this.#users.join(asker, channel)
    this.#waiting.set(asker, waiting + 1)
    const isLive = await joined
    this.#waiting.set(asker, (this.#waiting.get(asker) ?? 0) - 1)
    if (isLive) {
      asker.tell({ subscribed: channel })
    } else {
      this.#users.part(user, asker, channel)
      asker.tell({ error: 'Service unavailable' })
    }
  }
}

function fieldsOf(text: string): { readonly subscribe?: unknown; readonly unsubscribe?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch {
    return {}
  }
}
