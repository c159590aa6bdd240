import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { AccessLog } from './accept/access-log.ts'
import { answerError, answerText } from './accept/answer.ts'
import { errors, FORWARDED_METHODS } from './accept/errors.ts'
import type { ErrorAnswer } from './accept/errors.ts'
import { Exchange } from './accept/exchange.ts'
import { asksForWebSocket, checkRequest, checkWebSocket, hasBody, isError } from './accept/request-check.ts'
import type { RequestTarget } from './accept/request-check.ts'
import type { RouteTable } from './choose/route-table.ts'
import type { Route } from './choose/route.ts'
import { corsHeaders } from './cross-origin/cors.ts'
import { readJsonp } from './cross-origin/jsonp-request.ts'
import type { SockJs } from './doors/sockjs/sockjs.ts'
import { forward } from './forward/forward.ts'
import type { ForwardContext } from './forward/forward.ts'
import { isTrusted } from './forward/grip-signature.ts'
import type { WorkerStats } from './observe/worker-stats.ts'
import { sendError } from './send/send-error.ts'
import { writeHead } from './send/write-head.ts'
import { RequestBody } from './forward/request-body.ts'

const NOTICE = `This server is a GRIP gateway. It is free software under the GNU Affero General Public License, version 3 or later.\n`

/** What requests are handled with; `routes` changes when they are reloaded. */
export interface RequestContext {
  routes: RouteTable
  readonly debug: boolean
  readonly autoCrossOrigin: boolean
  readonly forward: ForwardContext
  readonly accessLog: AccessLog
  /** As soon as a route has it. */
  sockJs: SockJs | undefined
  readonly stats: WorkerStats
  /** The next request's id. */
  nextId(): string
  count(name: string): void
}

/** The life of a request up to its backend (GRIP 2.1): checked, routed, forwarded. docs/lifecycle.md draws it. */
export function handleRequest(req: IncomingMessage, res: ServerResponse, context: RequestContext): void {
  context.count('requests_received')
  handleCounted(req, res, context)
}

/** The same for a request that another worker has received and handed on. */
export function handleCounted(req: IncomingMessage, res: ServerResponse, context: RequestContext): void {
  const checked = checkRequest(req)
  if (isError(checked)) {
    answerError(res, checked)
    context.accessLog.refused(req.method, req.url ?? '', checked)
    return
  }
  if (checked.target === '*') {
    writeHead(res, 204, 'No Content', ['Allow', FORWARDED_METHODS])
    res.end()
    return
  }
  const { options } = context.forward
  const isWebSocket = asksForWebSocket(req)
  const isSecure = isHttps(req, options.acceptForwardedProtocol)
  const scheme = isWebSocket ? (isSecure ? 'wss' : 'ws') : isSecure ? 'https' : 'http'
  const route = chooseRoute(req, checked, { isWebSocket, isHttps: isSecure }, context)
  const handshakeError = isWebSocket ? checkWebSocket(req) : undefined
  const refuse = (error: ErrorAnswer): void => {
    // GRIP 2.1: without a route the setting for all of them counts.
    answerError(res, error, error.message, context.autoCrossOrigin && !isWebSocket ? corsHeaders(req, []) : [])
    context.accessLog.refused(req.method, `${scheme}://${checked.host}${checked.target}`, error)
  }
  if (route === 'escapes') {
    refuse(errors.pathEscapesRoute)
  } else if (req.headers['pushpin-check'] !== undefined) {
    answerText(res, 200, NOTICE)
  } else if (route === undefined) {
    refuse(errors.noRoute)
  } else if (handshakeError !== undefined) {
    refuse(handshakeError)
  } else {
    const trusted = isTrusted(req.headers['grip-sig'], options.upstreamKey)
    const debug = context.debug || route.debug
    const facts = {
      id: isWebSocket ? flatUUID() : context.nextId(),
      route,
      scheme,
      ...checked,
      trusted,
      debug,
      traffic: context.stats.of(route).traffic,
    } as const
    const isSockJs = route.sockjs !== undefined && checked.target.startsWith(route.sockjs)
    const isCrossOrigin = !isWebSocket && !isSockJs && (context.autoCrossOrigin || route.autoCrossOrigin)
    const asked = isCrossOrigin ? readJsonp(req, checked, route.jsonp) : undefined
    const jsonp = asked !== undefined && 'callback' in asked ? asked : undefined
    const jsonpError = asked !== undefined && 'message' in asked ? asked : undefined
    const body =
      jsonp?.body ?? (hasBody(req) ? new RequestBody(req, res, isSockJs ? undefined : facts.traffic.client) : undefined)
    const exchange = new Exchange(facts, req, res, body, isCrossOrigin ? { jsonp } : undefined)
    if (jsonpError === undefined && !isSockJs) {
      startForward(exchange, context)
      return
    }
    res.once('close', () => context.accessLog.ended(exchange))
    if (jsonpError === undefined) context.sockJs?.handle(exchange)
    else {
      facts.traffic.clientRequest(req)
      sendError(exchange, jsonpError)
    }
  }
}

/** Sends the request to its backend, and logs how that ends. */
export function startForward(exchange: Exchange, context: RequestContext): void {
  context.stats.opened(exchange)
  exchange.res.once('close', () => {
    context.accessLog.ended(exchange)
    context.stats.connections.closed(exchange.facts.id)
  })
  forward(exchange, context.forward)
}

/** In one piece: Node's is a tree of sixteen, which weighs ten times as much, for as long as its WebSocket lives. */
function flatUUID(): string {
  return Buffer.from(randomUUID()).toString('latin1')
}

function isHttps(req: IncomingMessage, acceptForwardedProtocol: boolean): boolean {
  if ((req.socket as Partial<TLSSocket>).encrypted === true) return true
  if (!acceptForwardedProtocol) return false
  const claimed = req.headers['x-forwarded-proto'] || req.headers['x-forwarded-protocol']
  return claimed === 'https' || claimed === 'wss'
}

function chooseRoute(
  req: IncomingMessage,
  { host, target }: RequestTarget,
  kind: { readonly isWebSocket: boolean; readonly isHttps: boolean },
  { routes, forward: { options } }: RequestContext,
): Route | 'escapes' | undefined {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  const id = options.acceptPushpinRoute ? req.headers['pushpin-route'] : undefined
  if (typeof id === 'string') {
    // GRIP 1.6: a chosen route still has to fit the path.
    const route = routes.byId(id)
    return route !== undefined && path.startsWith(route.pathBeg) ? route : undefined
  }
  return routes.choose({ host, path, ...kind })
}
