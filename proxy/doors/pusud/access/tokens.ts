import { ConfigError } from '../../../../shared/config/config-error.ts'
import { verifyToken } from '../../../../shared/jwt.ts'
import { loadSigningKey } from '../../../../shared/signing-key.ts'
import type { SigningKey } from '../../../../shared/signing-key.ts'
import type { Authenticator } from './authenticator.ts'
import { grantOf } from './grant.ts'
import type { Grant } from './grant.ts'

/** `JWT`: a token says itself, signed, what it is worth, in its claims `read` and `write`. */
export class Tokens implements Authenticator {
  readonly #key: SigningKey
  readonly #defaultRead: readonly string[]

  /**
   * @param algorithms that may be used; any when there are none.
   * @param baseDirectory of the path of a key's file.
   * @throws {Error} one sentence
   */
  constructor(keyText: string, algorithms: readonly string[], baseDirectory: string, defaultRead: readonly string[]) {
    const key = loadSigningKey(keyText, baseDirectory)
    if (key === undefined) throw new ConfigError('jwt_verification_key is missing')
    if (algorithms.length > 0 && !algorithms.includes(key.algorithm)) {
      throw new ConfigError(`jwt_verification_key is for ${key.algorithm}, which jwt_signing_algorithms does not name`)
    }
    this.#key = key
    this.#defaultRead = defaultRead
  }

  /** A token has to have an `exp`; one whose `nbf` has not come yet is worth nothing. */
  async authorize(authorization: string): Promise<Grant | undefined> {
    const claims = verifyToken(authorization, this.#key)
    const begins = claims?.['nbf'] ?? 0
    if (typeof begins !== 'number' || begins * 1000 > Date.now()) return undefined
    return grantOf(claims, this.#defaultRead)
  }

  close(): void {}
}
