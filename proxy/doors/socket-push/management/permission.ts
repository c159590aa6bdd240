import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Why a request is not let in. */
export interface Refusal {
  readonly status: 401 | 403
  readonly message: string
}

const NO_TOKEN: Refusal = { status: 401, message: 'Unauthorized' }
const OTHER_SITE: Refusal = { status: 403, message: 'Requests from other sites are refused' }
const OTHER_NAME: Refusal = { status: 403, message: 'Without admin_token the API is called by its IP address' }

/** Whether a request may call the management API; undefined when it may. */
export function refusal(req: IncomingMessage, token: string): Refusal | undefined {
  if (isFromOtherSite(req)) return OTHER_SITE
  if (token !== '') return hasToken(req, token) ? undefined : NO_TOKEN
  // A page of another site could make its own host name an alias of this address; then it is no other site for the browser.
  return isOwnName(req.headers.host ?? '') ? undefined : OTHER_NAME
}

/** Any page that a user of this machine opens can make the browser send requests; the browser says on whose behalf it does. */
function isFromOtherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const page = headers.origin ?? headers.referer
  if (page === undefined) return false
  return !URL.canParse(page) || new URL(page).host !== headers.host
}

/** An address, or a name that only this network has: those that the whole Internet can look up have a dot. */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d*$/, '')
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || /^[\w-]+$/.test(name)
}

function hasToken({ headers, url = '' }: IncomingMessage, token: string): boolean {
  const query = url.indexOf('?')
  return [
    /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1],
    basicPassword(headers.authorization),
    headers['x-admin-token'],
    query === -1 ? undefined : new URLSearchParams(url.slice(query)).get('token'),
  ].some((given) => typeof given === 'string' && isSame(given, token))
}

function basicPassword(authorization = ''): string | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  return /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1]
}

/** How long it takes says nothing of the token. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
