import { isWireText, toWire } from '../../shared/grip/wire-text.ts'
import type { Exchange, RequestFacts } from '../accept/exchange.ts'
import type { Session } from '../session/session.ts'
import type { ForwardOptions } from './forward-options.ts'
import { isTrusted } from './grip-signature.ts'
import type { RawHeaders } from './raw-headers.ts'

/**
 * The headers a backend gets: the client's, in their order and with their repeats, less what ends at this gateway, plus what the
 * gateway has to say. The passes run in the order of GRIP 2.2; a pass that adds must come after the one that removes the same
 * name, or a client could forge or strip it.
 */
export function requestHeaders(exchange: Exchange, options: ForwardOptions): RawHeaders {
  const { route, trusted } = exchange.facts
  const headers = exchange.rawHeaders.slice()
  setRouteHeaders(headers, exchange.facts)
  const originals = route.origHeaders && !trusted ? markOriginals(headers, options.origHeadersNeedMark) : []
  if (!route.origHeaders) removeWhere(headers, isMarked)
  removeHopByHop(headers)
  if (options.acceptPushpinRoute) remove(headers, 'pushpin-route')
  if (options.cdnLoop !== '') addCdnLoop(headers, options.cdnLoop)
  if (!trusted) removeWhere(headers, isGripOrLookAlike)
  if (!trusted && !route.noGrip) addGrip(headers, exchange, options)
  if (exchange.isWebSocket && !exchange.passThrough) offerGrip(headers)
  setForwardedProtocol(headers, exchange.facts, options)
  setForwardedFor(headers, exchange, options)
  headers.push(...originals)
  return headers
}

/** GRIP 2.2 step 2. Of several settings of one name the first in the line counts. */
export function setRouteHeaders(headers: RawHeaders, { route }: Pick<RequestFacts, 'route'>): void {
  const done = new Set<string>()
  for (const [name, value] of route.headers) {
    const lower = name.toLowerCase()
    if (done.has(lower)) continue
    done.add(lower)
    remove(headers, lower)
    if (value !== '') headers.push(name, value)
  }
}

/** Marks what the first client sent, for the last gateway of a row (GRIP 2.6). */
const MARK = 'eb9bf0f5-'

function isMarked(name: string): boolean {
  return name.startsWith(MARK)
}

/** GRIP 2.2 step 3: headers already marked go to the end as they are, the others get a marked copy there, all in the client's order. */
function markOriginals(headers: RawHeaders, needMark: ReadonlySet<string>): RawHeaders {
  const originals: RawHeaders = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const lower = name.toLowerCase()
    if (isMarked(lower)) originals.push(name, headers[i + 1] as string)
    else if (!needMark.has(lower)) originals.push(MARK + name, headers[i + 1] as string)
  }
  removeWhere(headers, isMarked)
  return originals
}

/** Of one connection only (RFC 9110 7.6.1), or settled between client and gateway (GRIP 2.2 step 4). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'trailer',
  'accept-encoding',
  'content-encoding',
])

/** A client must not be able to take these away by naming them in its Connection header. */
const END_TO_END = /^(?:host$|authorization$|cookie$|via$|content-|grip-|x-forwarded-)/

function removeHopByHop(headers: RawHeaders): void {
  const named = namedInConnection(headers)
  removeWhere(headers, (name) => HOP_BY_HOP.has(name) || (named.has(name) && !END_TO_END.test(name)))
  // RFC 9110 10.1.4: of TE only `trailers` means anything past this hop.
  const te = valuesOf(headers, 'te')
  if (te.length === 0) return
  remove(headers, 'te')
  if (te.some(acceptsTrailers)) headers.push('TE', 'trailers')
}

export function acceptsTrailers(te: string): boolean {
  return te.split(',').some((coding) => coding.trim().toLowerCase() === 'trailers')
}

const NOTHING_NAMED: ReadonlySet<string> = new Set()

function namedInConnection(headers: RawHeaders): ReadonlySet<string> {
  let named: Set<string> | undefined
  for (let i = 0; i < headers.length; i += 2) {
    if (!isNamed(headers, i, 'connection')) continue
    const value = (headers[i + 1] as string).toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    for (const name of value.split(',')) (named ??= new Set()).add(name.trim())
  }
  // TE has its own treatment, and is always named there.
  named?.delete('te')
  return named ?? NOTHING_NAMED
}

/** GRIP 2.2 step 6 (RFC 8586). */
function addCdnLoop(headers: RawHeaders, value: string): void {
  const passed = valuesOf(headers, 'cdn-loop').flatMap((text) => text.split(',').map((id) => id.trim()))
  remove(headers, 'cdn-loop')
  headers.push('CDN-Loop', [...passed.filter((id) => id !== ''), value].join(', '))
}

/** GRIP 2.2 step 7; `_` counts as `-` because backends that speak CGI cannot tell them apart. */
function isGripOrLookAlike(name: string): boolean {
  return name.startsWith('grip-') || name.startsWith('grip_')
}

/** GRIP 2.2 step 8. */
function addGrip(headers: RawHeaders, { facts, isRetry, lastIds, session }: Exchange, options: ForwardOptions): void {
  if (!sign(headers, facts, options)) return
  const told = isRetry ? lastIds : []
  if (session !== undefined) addSession(headers, session, told)
  headers.push(...gripLast(told))
}

/** @returns false without a key: libraries take any Grip header for a signed request, so an unsigned one gets none. */
export function sign(headers: RawHeaders, facts: Pick<RequestFacts, 'route'>, options: ForwardOptions): boolean {
  const signature = gripSig(facts, options)
  if (signature === undefined) return false
  headers.push('Grip-Sig', signature, 'Grip-Feature', GRIP_FEATURES)
  return true
}

/** `Grip-Last` headers: what was the last item that the client has of each channel. */
export function gripLast(lastIds: Exchange['lastIds']): RawHeaders {
  return lastIds.flatMap(({ channel, id }) => {
    const last = toWire(`${channel}; last-id=${id}`)
    // Channels and ids may be any text; what has a line feed cannot be said in a header.
    return isWireText(last) ? ['Grip-Last', last] : []
  })
}

/** GRIP 3.10. What the request's hold was told goes before what is stored. */
function addSession(headers: RawHeaders, session: Session, told: Exchange['lastIds']): void {
  headers.push('Grip-Session-Id', toWire(session.id))
  const stored = session.lastIds.map(([channel, id]) => ({ channel, id }))
  headers.push(...gripLast(stored.filter(({ channel }) => !told.some((last) => last.channel === channel))))
}

/** With which a backend can verify that a request came through this gateway, now (GRIP 2.3). */
export function gripSig({ route }: Pick<RequestFacts, 'route'>, options: ForwardOptions): string | undefined {
  const issuer = route.sigIss ?? options.sigIss
  const key = route.sigKey ?? options.sigKey
  return issuer === '' || key === undefined ? undefined : options.signer.token(issuer, key)
}

/**
 * For a request that is made long after its headers. The signature of a gateway in front is kept while it is valid: the backend may know
 * no other key.
 * @returns undefined to leave what the headers have.
 */
export function freshSignature({ facts, req }: Exchange, options: ForwardOptions): string | undefined {
  if (facts.route.noGrip || (facts.trusted && isTrusted(req.headers['grip-sig'], options.upstreamKey))) return undefined
  return gripSig(facts, options)
}

/** GRIP 7.1: extensions are between client and gateway, and between gateway and backend; the one that matters there is this. */
function offerGrip(headers: RawHeaders): void {
  remove(headers, 'sec-websocket-extensions')
  headers.push('Sec-WebSocket-Extensions', 'grip')
}

/** What of the optional parts of GRIP this version does. */
const GRIP_FEATURES = [
  'status',
  'session',
  'link:next',
  'link:gone',
  'filter:skip-self',
  'filter:skip-users',
  'filter:require-sub',
  'filter:build-id',
  'filter:var-subst',
  'filter:http-check',
  'filter:http-modify',
].join(', ')

/** GRIP 2.2 steps 9 and 10. */
export function setForwardedProtocol(
  headers: RawHeaders,
  { scheme }: Pick<RequestFacts, 'scheme'>,
  options: ForwardOptions,
): void {
  const { acceptForwardedProtocol, setForwardedProtocol: set } = options
  removeWhere(headers, isForwardedProtocolLookAlike)
  if (acceptForwardedProtocol || set !== false) {
    remove(headers, 'x-forwarded-proto')
    remove(headers, 'x-forwarded-protocol')
  }
  if (set === false || scheme === 'http' || scheme === 'ws') return
  headers.push('X-Forwarded-Proto', scheme)
  if (set === true) headers.push('X-Forwarded-Protocol', scheme)
}

function isForwardedProtocolLookAlike(name: string): boolean {
  return name.includes('_') && /^x[-_]forwarded[-_]/.test(name)
}

/** GRIP 2.2 step 11. */
function setForwardedFor(headers: RawHeaders, exchange: Exchange, options: ForwardOptions): void {
  remove(headers, 'x-forwarded-for')
  const { value } = options.forwardedFor(exchange.req, exchange.facts.trusted)
  if (value !== '') headers.push('X-Forwarded-For', value)
}

/** GRIP 2.2 step 12: the Host of the URI, when a route or target has changed that. */
export function withHost(headers: RawHeaders, host: string): RawHeaders {
  for (let i = 0; i < headers.length; i += 2) {
    if (!isNamed(headers, i, 'host')) continue
    if (headers[i + 1] === host) return headers
    const changed = headers.slice()
    changed[i + 1] = host
    return changed
  }
  return host === '' ? headers : ['Host', host, ...headers]
}

function isNamed(headers: readonly string[], index: number, lower: string): boolean {
  const name = headers[index] as string
  return name.length === lower.length && name.toLowerCase() === lower
}

export function valuesOf(headers: readonly string[], lower: string): string[] {
  return headers.filter((_, i) => i % 2 === 1 && isNamed(headers, i - 1, lower))
}

function remove(headers: RawHeaders, lower: string): void {
  removeWhere(headers, (name) => name === lower)
}

/** Takes out, in place, the headers whose lower-cased name the test is true for. */
function removeWhere(headers: RawHeaders, test: (name: string) => boolean): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    if (test((headers[i] as string).toLowerCase())) continue
    headers[kept++] = headers[i] as string
    headers[kept++] = headers[i + 1] as string
  }
  headers.length = kept
}
