import { randomBytes } from 'node:crypto'

/** Decimal digits that nobody can foresee: who knows them can poll in the client's place. */
export function newSessionId(): string {
  return BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString()
    .padStart(39, '0')
}
