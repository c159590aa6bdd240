import { isIP } from 'node:net'
import { signToken } from '../jwt.ts'
import { loadSigningKey } from '../signing-key.ts'
import { PublishError } from './publish-error.ts'

export interface PublishCredentials {
  /** `user:password` */
  readonly user?: string
  readonly bearer?: string
}

/** Where an item goes: an HTTP publish URL with the Authorization header to send, or a ZeroMQ spec to PUSH to. */
export type PublishTarget =
  | { readonly kind: 'http'; readonly url: string; readonly authorization: string | undefined }
  | { readonly kind: 'zeromq'; readonly spec: string }

// Seconds that a token is good for, as in the GRIP client libraries.
const TOKEN_LIFE = 600

/**
 * Reads a GRIP URL, whose query may carry credentials (`iss` and `key`) next to those for the other direction (`verify-iss`,
 * `verify-key`), or a ZeroMQ spec (GRIP 5.5). Credentials of the command line win over those of the URL.
 * @param now milliseconds since the epoch.
 * @throws PublishError
 */
export function publishTarget(spec: string, credentials: PublishCredentials, now: number): PublishTarget {
  if (credentials.user !== undefined && credentials.bearer !== undefined) {
    throw new PublishError('only one authentication method can be specified')
  }
  if (!/^https?:/i.test(spec)) return zeromqTarget(spec)
  if (!URL.canParse(spec)) throw new PublishError('invalid URL')

  const url = new URL(spec)
  const authorization = commandLineAuthorization(credentials, url) ?? urlAuthorization(url, now)
  for (const name of ['iss', 'key', 'verify-iss', 'verify-key']) url.searchParams.delete(name)
  url.username = ''
  url.password = ''
  url.pathname = `${url.pathname.replace(/\/$/, '')}/publish/`
  url.hash = ''
  return { kind: 'http', url: url.href, authorization }
}

function zeromqTarget(spec: string): PublishTarget {
  if (!/^[a-z]+:\/\/./.test(spec)) throw new PublishError('invalid URL')
  return { kind: 'zeromq', spec }
}

function commandLineAuthorization({ user, bearer }: PublishCredentials, url: URL): string | undefined {
  if (user === undefined && bearer === undefined) return undefined
  if (url.protocol !== 'https:') throw new PublishError('Authentication requires https')
  return user === undefined ? `Bearer ${bearer}` : basic(user)
}

function urlAuthorization(url: URL, now: number): string | undefined {
  const key = url.searchParams.get('key') ?? ''
  if (key === '' && url.username === '') return undefined
  // Such URLs are also used with a gateway on the same machine, where nobody listens between.
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) throw new PublishError('Authentication requires https')
  if (key === '') return basic(`${decoded(url.username)}:${decoded(url.password)}`)
  const issuer = url.searchParams.get('iss')
  return `Bearer ${issuer === null ? key : token(issuer, key, now)}`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}

function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new PublishError('invalid URL')
  }
}

function token(issuer: string, key: string, now: number): string {
  // In a query a plus sign means a space, which base64 does not have.
  const text = key.startsWith('base64:') ? key.replaceAll(' ', '+') : key
  try {
    const signingKey = loadSigningKey(text, process.cwd())
    if (signingKey === undefined) throw new PublishError('invalid URL')
    return signToken({ iss: issuer, exp: Math.floor(now / 1000) + TOKEN_LIFE }, signingKey)
  } catch (error) {
    throw new PublishError(error instanceof Error ? error.message : String(error))
  }
}
