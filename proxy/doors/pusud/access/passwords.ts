import { createHash } from 'node:crypto'
import { ConfigError } from '../../../../shared/config/config-error.ts'
import type { Authenticator } from './authenticator.ts'
import type { Grant } from './grant.ts'

/** `PasswordAuthenticator`: each password is worth the channels that are beside it, for reading and writing. */
export class Passwords implements Authenticator {
  /** By hash: how long it takes to look one up says nothing about the others. */
  readonly #grants = new Map<string, Grant>()

  /**
   * @param passwords with their patterns; one written `sha256:HEX` is known by its hash only.
   * @throws {ConfigError}
   */
  constructor(
    passwords: Iterable<readonly [password: string, patterns: readonly string[]]>,
    defaultRead: readonly string[],
  ) {
    for (const [password, patterns] of passwords) {
      // Who gives none at all would have this one.
      if (password === '') throw new ConfigError('a password is empty')
      const read = [...patterns, ...defaultRead]
      this.#grants.set(storedHash(password), { read, write: patterns, expires: Number.POSITIVE_INFINITY })
    }
  }

  async authorize(authorization: string): Promise<Grant | undefined> {
    return this.#grants.get(hashOf(authorization))
  }

  close(): void {}
}

const HASHED = 'sha256:'

function storedHash(password: string): string {
  if (!password.startsWith(HASHED)) return hashOf(password)
  const hash = password.slice(HASHED.length).toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ConfigError('a hashed password must be sha256: and 64 hexadecimal digits')
  return hash
}

function hashOf(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}
