import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Route, Target } from '../choose/route.ts'
import type { CrossOrigin } from '../cross-origin/cross-origin.ts'
import type { MemoryBody } from '../forward/memory-body.ts'
import type { Traffic } from '../observe/traffic.ts'
import type { Session } from '../session/session.ts'
import type { RequestBody } from '../forward/request-body.ts'

/** What is known of a request before it is forwarded. */
export interface RequestFacts {
  /** Unique among all workers: `WORKER-PROCESS:NUMBER`, or a UUID for a WebSocket (GRIP 5.4, 7.1). */
  readonly id: string
  readonly route: Route
  /** As the client sees it, so after a trusted `X-Forwarded-Proto`. */
  readonly scheme: 'http' | 'https' | 'ws' | 'wss'
  /** Authority as the client sent it. */
  readonly host: string
  /** Path and query, byte for byte. */
  readonly target: string
  /** Another gateway in front has signed the request: GRIP is its business (GRIP 2.4). */
  readonly trusted: boolean
  readonly debug: boolean
  /** Of its route, where what passes for it is counted. */
  readonly traffic: Traffic
}

/** As the client asked for it, for logs. */
export function uriOf({ scheme, host, target }: RequestFacts): string {
  return `${scheme}://${host}${target}`
}

/** One client request and its response, from the route to the end. */
export class Exchange {
  readonly facts: RequestFacts
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly body: RequestBody | MemoryBody | undefined
  /** Undefined on a route without. */
  readonly crossOrigin: CrossOrigin | undefined
  /** The target that was tried last. */
  tried: Target | undefined
  /** Sent to the backend once more, after a hold. */
  isRetry = false
  /** What the backend said was the last item of each ordered channel; told it back in a retry (GRIP 6.4). */
  lastIds: readonly { readonly channel: string; readonly id: string }[] = []
  /** On a route with `session`, when the request or its response names one (GRIP 3.10). */
  session: Session | undefined
  /** A hold has taken the response over. */
  isHeld = false
  /** Bytes of content sent to the client. */
  sent = 0
  /** Told when the response is over, whole or not: set by whoever has it in hands, forwarding or hold, one after the other. */
  onClose: (() => void) | undefined

  constructor(
    facts: RequestFacts,
    req: IncomingMessage,
    res: ServerResponse,
    body: RequestBody | MemoryBody | undefined,
    crossOrigin?: CrossOrigin,
  ) {
    this.facts = facts
    this.req = req
    this.res = res
    this.body = body
    this.crossOrigin = crossOrigin
    res.once('close', () => this.onClose?.())
  }

  get uri(): string {
    return uriOf(this.facts)
  }

  /** Of the request that is forwarded, as are `target`, `rawHeaders` and `body`: with JSON-P it is not the client's own. */
  get method(): string {
    return this.crossOrigin?.jsonp?.method ?? this.req.method ?? ''
  }

  get target(): string {
    return this.crossOrigin?.jsonp?.target ?? this.facts.target
  }

  get rawHeaders(): readonly string[] {
    return this.crossOrigin?.jsonp?.rawHeaders ?? this.req.rawHeaders
  }

  get isWebSocket(): boolean {
    return this.facts.scheme === 'ws' || this.facts.scheme === 'wss'
  }

  /** GRIP 2.5: instructions in the response are not for this gateway. */
  get passThrough(): boolean {
    return this.facts.trusted || this.facts.route.noGrip
  }

  /** Whether the client has gone, or has its whole answer. */
  get over(): boolean {
    return this.res.destroyed || this.res.writableEnded
  }

  /** Content was sent to the client. A HEAD request gets none of what its response is said to have. */
  countSent(bytes: number): void {
    this.sent += bytes
    if (this.req.method !== 'HEAD') this.facts.traffic.client.contentSent += bytes
  }
}
