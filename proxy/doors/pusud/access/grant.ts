/** What an authorization was found to be worth. */
export interface Grant {
  /** Patterns of the channels that may be subscribed to. */
  readonly read: readonly string[]
  /** Patterns of the channels that may be published on. */
  readonly write: readonly string[]
  /** Milliseconds since 1970; infinite for one that does not end. */
  readonly expires: number
}

/**
 * The grant in the claims of a token or the answer of a service: `read` and `write` are lists of patterns, `exp` is in seconds since 1970.
 * Undefined when they are something else, and when nothing is granted.
 */
export function grantOf(claims: unknown, defaultRead: readonly string[]): Grant | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined
  const { read = [], write = [], exp } = claims as Readonly<Record<string, unknown>>
  if (!isTextList(read) || !isTextList(write)) return undefined
  if (exp !== undefined && typeof exp !== 'number') return undefined
  const grant = {
    read: [...read, ...defaultRead],
    write,
    expires: exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000,
  }
  return grant.read.length + grant.write.length > 0 ? grant : undefined
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string')
}
