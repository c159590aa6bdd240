import { randomInt } from 'node:crypto'

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Of 62 characters: 190 bits. */
const LENGTH = 32

/** Milliseconds. */
const LIFETIME = 600_000

/** Of each application, so that one cannot push out another's; the oldest goes. */
const MAX_TOKENS = 100_000

/** Whom a token lets in. */
export interface TokenOwner {
  readonly app: string
  readonly user: string
}

interface Token extends TokenOwner {
  readonly expires: number
}

/** Tokens that were issued and not used yet. Each can be used once. */
export class Tokens {
  readonly #byApp = new Map<string, Map<string, Token>>()
  readonly #now: () => number

  /** @param now in milliseconds. */
  constructor(now = (): number => performance.now()) {
    this.#now = now
  }

  issue({ app, user }: TokenOwner): string {
    let tokens = this.#byApp.get(app)
    if (tokens === undefined) this.#byApp.set(app, (tokens = new Map()))
    this.#makeRoom(tokens)
    const token = Array.from({ length: LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('')
    tokens.set(token, { app, user, expires: this.#now() + LIFETIME })
    return token
  }

  /** Spends a token. @returns undefined when it is unknown, used or too old. */
  redeem(token: string): TokenOwner | undefined {
    for (const tokens of this.#byApp.values()) {
      const found = tokens.get(token)
      if (found === undefined) continue
      tokens.delete(token)
      return found.expires > this.#now() ? { app: found.app, user: found.user } : undefined
    }
    return undefined
  }

  countOf(app: string): number {
    const tokens = this.#byApp.get(app)
    if (tokens === undefined) return 0
    this.#dropExpired(tokens)
    return tokens.size
  }

  /** Forgets the tokens of an application. */
  forget(app: string): void {
    this.#byApp.delete(app)
  }

  #makeRoom(tokens: Map<string, Token>): void {
    this.#dropExpired(tokens)
    const [oldest] = tokens.keys()
    if (tokens.size >= MAX_TOKENS && oldest !== undefined) tokens.delete(oldest)
  }

  /** They stand in the order they were issued. */
  #dropExpired(tokens: Map<string, Token>): void {
    const now = this.#now()
    for (const [token, { expires }] of tokens) {
      if (expires > now) return
      tokens.delete(token)
    }
  }
}
