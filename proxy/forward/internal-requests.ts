import type { Exchange, RequestFacts } from '../accept/exchange.ts'
import { formatHostPort } from '../choose/host-port.ts'
import type { Target } from '../choose/route.ts'
import type { Traffic } from '../observe/traffic.ts'
import type { AttemptOwner, Failure, OutgoingRequest, Sending } from './attempt.ts'
import type { Attempts } from './attempts.ts'
import type { ForwardOptions } from './forward-options.ts'
import { outgoingRequest, serverName } from './outgoing-request.ts'
import type { RequestMessage } from './outgoing-request.ts'
import type { RawHeaders } from './raw-headers.ts'
import { setForwardedProtocol, setRouteHeaders, sign } from './request-headers.ts'
import { requestUrl } from './request-url.ts'
import { testResponse } from './test-target.ts'

/** A request that the gateway makes on behalf of a held connection: for a link or a filter (GRIP 12.7). */
export interface InternalRequest {
  readonly method: 'GET' | 'POST'
  readonly uri: URL
  readonly headers: RawHeaders
  readonly body: Buffer | undefined
}

/** The connection on whose behalf; its route and target decide where the request may go. */
export interface OnBehalfOf {
  readonly facts: RequestFacts
  readonly untrusted: boolean
}

export function onBehalfOf({ facts, tried }: Exchange): OnBehalfOf {
  return { facts, untrusted: tried?.untrusted === true }
}

export type InternalOwner = Pick<AttemptOwner, 'isOver' | 'onHead'> & {
  onFailure(cause: NodeJS.ErrnoException): void
}

/** Servers outside of all routes whose connections are kept for the next request. */
const MAX_SERVERS = 100

/** Makes requests through the route of a held connection when they stay on its host and path, else to wherever their URI points (GRIP 12.7). */
export class InternalRequests {
  readonly #options: ForwardOptions
  readonly #attempts: Attempts
  readonly #servers = new Map<string, Target>()

  constructor(options: ForwardOptions, attempts: Attempts) {
    this.#options = options
    this.#attempts = attempts
  }

  /** @returns what ends the request early. The response comes as the backend gives it, `Grip-*` included. */
  send(request: InternalRequest, { facts, untrusted }: OnBehalfOf, owner: InternalOwner): () => void {
    const { method, uri, body } = request
    const isInside = staysInRoute(uri, facts)
    // In the route it goes the way of the client's request, whatever that had for a Host.
    const host = isInside ? facts.host : uri.host
    const headers = host === '' ? request.headers.slice() : ['Host', host, ...request.headers]
    if (isInside) {
      setRouteHeaders(headers, facts)
      setForwardedProtocol(headers, facts, this.#options)
    }
    sign(headers, facts, this.#options)
    const content = body && { hasBeenRead: false, isTooLargeToKeep: false, open: () => body }
    const message = { method, target: uri.pathname + uri.search, headers, body: content }
    const requests = isInside
      ? facts.route.targets.map((target) => outgoingRequest(facts, message, target))
      : [direct(message, uri, this.#server(uri, untrusted), facts.traffic)]
    const sending = new InternalSending(requests, this.#attempts, facts.route.pathBeg, owner)
    sending.start()
    return () => sending.abort()
  }

  /** One for each server, since the connections kept are those of a target. */
  #server(uri: URL, untrusted: boolean): Target {
    const key = `${untrusted ? 'untrusted' : 'trusted'} ${uri.origin}`
    let server = this.#servers.get(key)
    if (server !== undefined) return server
    const [oldest] = this.#servers.keys()
    if (this.#servers.size >= MAX_SERVERS && oldest !== undefined) this.#servers.delete(oldest)
    this.#servers.set(key, (server = serverOf(uri, untrusted)))
    return server
  }
}

/** Tries one target after the other until one answers. */
class InternalSending {
  readonly #requests: readonly OutgoingRequest[]
  readonly #attempts: Attempts
  readonly #pathBeg: string
  readonly #owner: InternalOwner
  #attempt: Sending | undefined
  #isRepeated = false

  constructor(requests: readonly OutgoingRequest[], attempts: Attempts, pathBeg: string, owner: InternalOwner) {
    this.#requests = requests
    this.#attempts = attempts
    this.#pathBeg = pathBeg
    this.#owner = owner
  }

  start(): void {
    this.#try(0, new Error('no target'))
  }

  abort(): void {
    this.#attempt?.abort()
  }

  #try(index: number, cause: Error): void {
    const request = this.#requests[index]
    if (this.#owner.isOver()) return
    if (request === undefined) this.#owner.onFailure(cause)
    else if (request.target.kind === 'test') this.#test(request)
    else this.#send(request, index)
  }

  #send(request: OutgoingRequest, index: number): void {
    this.#attempt = this.#attempts.of(request, {
      isOver: () => this.#owner.isOver(),
      onHead: (head, flow) => this.#owner.onHead(head, flow),
      onFailure: (failure, cause) => this.#failed(failure, cause ?? new Error(failure), request, index),
    })
    this.#attempt.send()
  }

  #failed(failure: Failure, cause: Error, request: OutgoingRequest, index: number): void {
    if (this.#owner.isOver()) return
    if (failure === 'unreachable') {
      this.#try(index + 1, cause)
    } else if (failure === 'stale' && !this.#isRepeated) {
      this.#isRepeated = true
      this.#send(request, index)
    } else {
      this.#owner.onFailure(cause)
    }
  }

  #test({ path }: OutgoingRequest): void {
    const { head, body } = testResponse(path, this.#pathBeg)
    const sink = this.#owner.onHead(head, { pause() {}, resume() {}, abort() {} })
    sink.data(body)
    sink.end([])
  }
}

/** By scheme, host and port of what the client asked for, and by the route's path. */
function staysInRoute(uri: URL, facts: RequestFacts): boolean {
  const base = requestUrl(facts)
  base.protocol = base.protocol.replace('ws', 'http')
  return base.origin === uri.origin && uri.pathname.startsWith(facts.route.pathBeg)
}

function direct(
  { target: path, ...message }: RequestMessage,
  uri: URL,
  target: Target,
  traffic: Traffic,
): OutgoingRequest {
  return { ...message, path, target, servername: target.ssl ? serverName(uri.host) : undefined, traffic }
}

function serverOf(uri: URL, untrusted: boolean): Target {
  const ssl = uri.protocol === 'https:'
  const host = uri.hostname.replace(/^\[|\]$/g, '')
  const port = uri.port === '' ? (ssl ? 443 : 80) : Number(uri.port)
  return {
    kind: 'http',
    name: formatHostPort(host, port),
    host,
    port,
    endpoint: '',
    ssl,
    untrusted,
    trustConnectHost: false,
    insecure: false,
    asHost: undefined,
    subs: [],
    overHttp: false,
    oneEvent: false,
    ipcFileMode: undefined,
    clientCert: undefined,
    clientKey: undefined,
  }
}
