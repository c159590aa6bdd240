import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Route, Target } from '../choose/route.ts'
import { answerError } from './answer.ts'
import type { ErrorAnswer } from './errors.ts'

/** How an exchange ended, for the access log: a status, `accept` while it is held, `error` when the client got no whole answer. */
export type Outcome = 'response' | 'accept' | 'error'

/** One client request and its response, from the first check to the access log. */
export class Exchange {
  readonly id: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly route: Route
  /** `https` as the client sees it, so after a trusted `X-Forwarded-Proto`. */
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** Path and query, byte for byte. */
  readonly target: string
  /** Another gateway in front has signed the request: GRIP is its business (GRIP 2.4). */
  readonly trusted: boolean
  /** Client as the rules of X-Forwarded-For show it (GRIP 2.7). */
  readonly clientAddress: string
  readonly debug: boolean
  /** The target that was tried last. */
  tried: Target | undefined
  /** Made anew after a hold, to fetch what was missed. */
  retry = false
  /** Bytes of content sent to the client. */
  sent = 0

  constructor(fields: Omit<ExchangeFields, 'debug'> & { debug: boolean }) {
    this.id = fields.id
    this.req = fields.req
    this.res = fields.res
    this.route = fields.route
    this.scheme = fields.scheme
    this.host = fields.host
    this.target = fields.target
    this.trusted = fields.trusted
    this.clientAddress = fields.clientAddress
    this.debug = fields.debug
  }

  get uri(): string {
    return `${this.scheme}://${this.host}${this.target}`
  }

  /** GRIP 2.5: instructions in the response are not for this gateway. */
  get passThrough(): boolean {
    return this.trusted || this.route.noGrip
  }

  /** Whether the client has gone, or has all of its answer. */
  get over(): boolean {
    return this.res.destroyed || this.res.writableEnded
  }

  /** Answers with an error; once the response has begun, the connection can only be cut. */
  fail(error: ErrorAnswer, debugMessage?: string): void {
    if (this.over) return
    if (this.res.headersSent) {
      this.res.destroy()
      return
    }
    answerError(this.res, error, this.debug ? (debugMessage ?? error.debug ?? error.message) : error.message)
  }
}

export interface ExchangeFields {
  readonly id: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly route: Route
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly target: string
  readonly trusted: boolean
  readonly clientAddress: string
  readonly debug: boolean
}
