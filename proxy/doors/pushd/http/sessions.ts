import type { IncomingMessage } from 'node:http'
import type { Identity } from '../state/identity.ts'
import type { Tokens } from '../state/tokens.ts'

/** Milliseconds that may be between two requests of a session. */
const IDLE = 600_000

/** The one not used for longest goes. */
const MAX_SESSIONS = 100_000

interface Session {
  readonly identity: Identity
  usedAt: number
}

/** A token can be used once; over HTTP that is for as many requests as follow each other soon enough. */
export class Sessions {
  readonly #tokens: Tokens
  readonly #now: () => number
  /** By token, the one used last stands last. */
  readonly #sessions = new Map<string, Session>()

  /** @param now in milliseconds. */
  constructor(tokens: Tokens, now = (): number => performance.now()) {
    this.#tokens = tokens
    this.#now = now
  }

  /** Whose request it is: `none` when it has no token, undefined when its token is not good. */
  identityOf(req: IncomingMessage, query: URLSearchParams): Identity | 'none' | undefined {
    const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
    const token = bearer ?? query.get('token')
    return token === null ? 'none' : this.#use(token)
  }

  /** Ends the sessions of an application. */
  forget(app: string): void {
    for (const [token, { identity }] of this.#sessions) if (identity.app === app) this.#sessions.delete(token)
  }

  #use(token: string): Identity | undefined {
    this.#dropIdle()
    const session = this.#sessions.get(token) ?? this.#open(token)
    if (session === undefined) return undefined
    session.usedAt = this.#now()
    this.#sessions.delete(token)
    this.#sessions.set(token, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest)
    return session.identity
  }

  #open(token: string): Session | undefined {
    const owner = this.#tokens.redeem(token)
    return owner && { identity: { ...owner, role: 'client' }, usedAt: 0 }
  }

  #dropIdle(): void {
    const limit = this.#now() - IDLE
    for (const [token, { usedAt }] of this.#sessions) {
      if (usedAt > limit) return
      this.#sessions.delete(token)
    }
  }
}
