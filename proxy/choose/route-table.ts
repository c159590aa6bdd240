import { mayHaveDotSegments, resolveDotSegments } from './dot-segments.ts'
import type { Route, Target } from './route.ts'

/** What a request is matched by. */
export interface RouteRequest {
  /** The Host header as sent: any case, with or without port, IPv6 in brackets. */
  readonly host: string
  /** The encoded path without the query. */
  readonly path: string
  readonly isWebSocket: boolean
  /** As the client sees it, so after any trusted `X-Forwarded-Proto`. */
  readonly isHttps: boolean
}

const NO_ROUTES: readonly Route[] = []
const UPPER_CASE = /[A-Z]/

/** The routes in effect at one time. Never changes: a reload makes a new one, and requests keep the route they have. */
export class RouteTable {
  /** Number of routes, without the duplicates that were left out. */
  readonly size: number
  /** Those of kind `zhttp` and `zhttpreq`, in the order of their lines: something has to listen for their services. */
  readonly zhttpTargets: readonly Target[]
  /** A route takes SockJS requests. */
  readonly hasSockJs: boolean
  readonly #byDomain = new Map<string, Route[]>()
  readonly #byId = new Map<string, Route | undefined>()

  /** @param warn gets one message for each route whose condition an earlier one has (GRIP 1.4) */
  constructor(routes: Iterable<Route>, warn: (message: string) => void) {
    let size = 0
    const zhttpTargets: Target[] = []
    let hasSockJs = false
    for (const route of routes) {
      if (!this.#addToDomain(route)) {
        warn(`${route.where} skipping duplicate condition`)
        continue
      }
      // GRIP 1.4: an id used twice is good for neither route.
      this.#byId.set(route.id, this.#byId.has(route.id) ? undefined : route)
      size++
      for (const target of route.targets) if (target.endpoint !== '') zhttpTargets.push(target)
      hasSockJs ||= route.sockjs !== undefined
    }
    this.size = size
    this.zhttpTargets = zhttpTargets
    this.hasSockJs = hasSockJs
  }

  /**
   * The route of a request (GRIP 1.6), or undefined when there is none.
   *
   * Matching is by the bytes that are forwarded. `escapes` says that a backend which resolves the path's dot segments
   * would see a path of another route: the request has to be refused with 400.
   */
  choose({ host, path, isWebSocket, isHttps }: RouteRequest): Route | 'escapes' | undefined {
    // There is no way back from a known domain to `*`, even if none of its routes matches.
    const routes = this.#byDomain.get(hostName(host)) ?? this.#byDomain.get('*') ?? NO_ROUTES
    const route = mostSpecific(routes, path, isWebSocket, isHttps)
    if (!mayHaveDotSegments(path)) return route
    return mostSpecific(routes, resolveDotSegments(path), isWebSocket, isHttps) === route ? route : 'escapes'
  }

  /** The route with this id, unless two have it. */
  byId(id: string): Route | undefined {
    return this.#byId.get(id)
  }

  #addToDomain(route: Route): boolean {
    if (route.domain === undefined) return true
    const routes = this.#byDomain.get(route.domain)
    if (!routes) this.#byDomain.set(route.domain, [route])
    else if (routes.some((other) => hasSameCondition(other, route))) return false
    else routes.push(route)
    return true
  }
}

function hasSameCondition(one: Route, other: Route): boolean {
  return one.proto === other.proto && one.ssl === other.ssl && one.pathBeg === other.pathBeg
}

function mostSpecific(
  routes: readonly Route[],
  path: string,
  isWebSocket: boolean,
  isHttps: boolean,
): Route | undefined {
  let best: Route | undefined
  for (const route of routes) {
    if (route.proto !== undefined && (route.proto === 'ws') !== isWebSocket) continue
    if (route.ssl !== undefined && route.ssl !== isHttps) continue
    if (!path.startsWith(route.pathBeg)) continue
    if (best === undefined || isMoreSpecific(route, best)) best = route
  }
  return best
}

function isMoreSpecific(route: Route, best: Route): boolean {
  if ((route.proto === undefined) !== (best.proto === undefined)) return route.proto !== undefined
  if (route.pathBeg.length > best.pathBeg.length) return true
  // GRIP 1.6: asked even when the path is shorter, so a later `ssl` wins over a longer path.
  return route.ssl !== undefined && best.ssl === undefined
}

/** Without the port and the brackets, in lower case. A name that already is so comes back without a copy. */
function hostName(host: string): string {
  const name = host.startsWith('[') ? withoutBrackets(host) : withoutPort(host)
  // toLowerCase copies even when there is nothing to change.
  return UPPER_CASE.test(name) ? name.toLowerCase() : name
}

function withoutBrackets(host: string): string {
  const end = host.indexOf(']')
  return end < 0 ? host : host.slice(1, end)
}

function withoutPort(host: string): string {
  const colon = host.indexOf(':')
  // More than one colon is an IPv6 address that came without brackets.
  return colon < 0 || colon !== host.lastIndexOf(':') ? host : host.slice(0, colon)
}
