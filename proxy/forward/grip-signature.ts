import { signToken, verifyToken } from '../../shared/jwt.ts'
import type { SigningKey } from '../../shared/signing-key.ts'

const VALID_SECONDS = 3600

/** Past this many keys the tokens are made anew; each route can have one of its own. */
const MAX_TOKENS = 1000

/** Makes the `Grip-Sig` of forwarded requests (GRIP 2.3): one signature per issuer, key and second, not per request. */
export class GripSigner {
  #second = 0
  readonly #tokens = new Map<SigningKey, Map<string, string>>()

  token(issuer: string, key: SigningKey): string {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.#second || this.#tokens.size > MAX_TOKENS) {
      this.#second = second
      this.#tokens.clear()
    }
    let byIssuer = this.#tokens.get(key)
    if (byIssuer === undefined) this.#tokens.set(key, (byIssuer = new Map()))
    let token = byIssuer.get(issuer)
    if (token === undefined) {
      token = signToken({ iss: issuer, exp: second + VALID_SECONDS }, key)
      byIssuer.set(issuer, token)
    }
    return token
  }
}

/** Whether another gateway in front has signed the request (GRIP 2.4). */
export function isTrusted(gripSig: string | string[] | undefined, upstreamKey: SigningKey | undefined): boolean {
  return upstreamKey !== undefined && typeof gripSig === 'string' && verifyToken(gripSig, upstreamKey) !== undefined
}
