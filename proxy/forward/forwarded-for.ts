import { isIP } from 'node:net'

/** Rules for X-Forwarded-For as the config has them: `append`, `truncate:N` (GRIP 2.7). */
export type ForwardedForRules = readonly string[]

/** Without rules of the user's a client cannot say where it comes from. */
const DEFAULT_RULES: ForwardedForRules = ['truncate:0', 'append']

export interface ForwardedFor {
  /** What the backend is told; empty for no header. */
  readonly value: string
  /** Who the client is, as far as the rules believe it. */
  readonly clientAddress: string
}

export function forwardedFor(received: string | undefined, peerAddress: string, rules = DEFAULT_RULES): ForwardedFor {
  let addresses =
    received === undefined
      ? []
      : received
          .split(',')
          .map((value) => value.trim())
          .filter((value) => value !== '')
  const truncate = rules.findLast((rule) => rule.startsWith('truncate:'))
  if (truncate !== undefined) {
    const keep = Number(truncate.slice('truncate:'.length))
    addresses = keep === 0 ? [] : addresses.slice(-keep)
  }
  const claimed = addresses[0] ?? ''
  // A client on a Unix socket has no address to append.
  if (rules.includes('append') && peerAddress !== '') addresses.push(peerAddress)
  return { value: addresses.join(', '), clientAddress: isIP(claimed) === 0 ? peerAddress : claimed }
}
