import { matchesChannel } from '../channel-pattern.ts'
import type { AccessSettings } from './access-settings.ts'
import type { Authenticator } from './authenticator.ts'
import { Everyone } from './everyone.ts'
import type { Grant } from './grant.ts'
import { Passwords } from './passwords.ts'
import { Service } from './service.ts'
import { Tokens } from './tokens.ts'

/** Characters that a client may authorize itself with: of a token, all its patterns stay in memory. */
const MAX_AUTHORIZATION = 65_536

/** Bytes of a channel's name. */
const MAX_CHANNEL = 1024

/** Who may do what, as the settings say it now. */
export class Access {
  readonly #authenticator: Authenticator
  readonly #allowed: readonly string[]

  /** @throws {Error} one sentence, when the settings cannot be used */
  constructor(settings: AccessSettings) {
    this.#authenticator = authenticatorOf(settings)
    this.#allowed = settings.allowedChannels
  }

  /** @returns undefined when it is worth nothing. Rejects when that cannot be found out now. */
  async authorize(authorization: string): Promise<Grant | undefined> {
    return authorization.length > MAX_AUTHORIZATION ? undefined : this.#authenticator.authorize(authorization)
  }

  /** Whether anybody may use the channel. */
  hasChannel(channel: string): boolean {
    if (channel === '' || Buffer.byteLength(channel) > MAX_CHANNEL) return false
    return this.#allowed.length === 0 || this.#allowed.some((pattern) => matchesChannel(pattern, channel))
  }

  close(): void {
    this.#authenticator.close()
  }
}

function authenticatorOf(settings: AccessSettings): Authenticator {
  const defaultRead = settings.allowReadByDefault ? ['*'] : []
  switch (settings.authenticator) {
    case 'None':
      return new Everyone()
    case 'PasswordAuthenticator':
      return new Passwords(settings.passwords, defaultRead)
    case 'JWT':
      return new Tokens(settings.verificationKey, settings.algorithms, settings.directory, defaultRead)
    default:
      return new Service(settings.httpUrl, defaultRead)
  }
}
