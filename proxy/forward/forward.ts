import type { Socket } from 'node:net'
import { isGripResponse } from '../../shared/grip/instruct/grip-response.ts'
import type { Exchange } from '../accept/exchange.ts'
import { errors } from '../accept/errors.ts'
import type { ErrorAnswer } from '../accept/errors.ts'
import type { Target } from '../choose/route.ts'
import { JsonpResponse } from '../cross-origin/jsonp-response.ts'
import { sendError } from '../send/send-error.ts'
import type { AttemptOwner, Failure, OutgoingRequest, Sending } from './attempt.ts'
import type { Attempts } from './attempts.ts'
import type { ForwardOptions } from './forward-options.ts'
import { relayEarlyHints } from './early-hints.ts'
import { InstructResponse } from './instruct-response.ts'
import type { OnInstruct, OnLargeInstruct } from './instruct-response.ts'
import type { Flow, ResponseHead, ResponseSink } from './origin-response.ts'
import { RelayedResponse } from './relayed-response.ts'
import { BLOCKED } from './outbound-policy.ts'
import { outgoingRequest } from './outgoing-request.ts'
import type { RequestMessage } from './outgoing-request.ts'
import { requestHeaders, valuesOf } from './request-headers.ts'
import { tunnelUpgrade } from './upgrade-tunnel.ts'
import { testRequestTooLarge, testResponse } from './test-target.ts'

/** What acts on responses with instructions. */
export interface Instructions {
  /** GRIP 3 */
  onWhole(exchange: Exchange): OnInstruct
  /** GRIP 2.8 */
  onLarge(exchange: Exchange): OnLargeInstruct
}

/** What acts on WebSocket handshakes (GRIP 7). */
export interface WebSockets {
  /** A backend has accepted. */
  accept(exchange: Exchange, head: ResponseHead, backend: Socket): void
  acceptTest(exchange: Exchange): void
  /** A tunnel was made, which nobody looks into. */
  opened(exchange: Exchange): void
  /** GRIP 7.4 @param unreachable called instead of an answer when the target could not be reached. */
  openOverHttp(exchange: Exchange, request: OutgoingRequest, unreachable: () => void): void
}

/** What finds the session of a request (GRIP 3.10). */
export interface SessionDetector {
  /** Never rejects; resolves when the request can be forwarded. */
  detect(exchange: Exchange): Promise<void>
}

export interface ForwardContext {
  readonly options: ForwardOptions
  readonly attempts: Attempts
  readonly legacyInstructTypes: boolean
  readonly instructions: Instructions
  readonly webSockets: WebSockets
  readonly sessions: SessionDetector
  /** A backend has answered a request with a head, that many milliseconds after it was sent. */
  answered(exchange: Exchange, milliseconds: number): void
}

/** Sends a request to the targets of its route, one after the other until one answers, and the answer to the client. */
export function forward(exchange: Exchange, context: ForwardContext): void {
  const mayHaveSession = exchange.body !== undefined || exchange.session !== undefined
  if (exchange.facts.route.session && mayHaveSession && !exchange.passThrough) {
    void context.sessions.detect(exchange).then(() => new Forwarding(exchange, context).start())
  } else {
    new Forwarding(exchange, context).start()
  }
}

class Forwarding {
  readonly #exchange: Exchange
  readonly #context: ForwardContext
  readonly #targets: readonly Target[]
  readonly #message: RequestMessage
  #attempt: Sending | undefined
  #retriedStale = false

  constructor(exchange: Exchange, context: ForwardContext) {
    this.#exchange = exchange
    this.#context = context
    this.#targets = exchange.facts.route.targets
    const { method, target, body } = exchange
    this.#message = { method, target, headers: requestHeaders(exchange, context.options), body }
  }

  start(): void {
    this.#try(0)
  }

  #try(index: number): void {
    const target = this.#targets[index]
    if (this.#exchange.over) return
    if (target === undefined) {
      const tried = this.#targets.map(({ name }) => name).join(', ')
      sendError(this.#exchange, errors.originFailed, `Unable to connect to any targets. Tried: ${tried}`)
      return
    }
    this.#exchange.tried = target
    if (target.kind === 'test' && this.#exchange.isWebSocket) this.#context.webSockets.acceptTest(this.#exchange)
    else if (target.kind === 'test') this.#answerTest().catch(() => sendError(this.#exchange, errors.originFailed))
    else if (target.kind === 'zhttpreq' && this.#exchange.isWebSocket && !target.overHttp) {
      sendError(this.#exchange, errors.originFailed, 'WebSockets cannot be used with zhttpreq target')
    } else this.#send(target, index)
  }

  #send(target: Target, index: number): void {
    const exchange = this.#exchange
    if (target.overHttp && exchange.isWebSocket) {
      const request = outgoingRequest(exchange.facts, this.#message, target)
      this.#context.webSockets.openOverHttp(exchange, request, () => this.#try(index + 1))
      return
    }
    if (target.overHttp && sendsEvents(exchange)) {
      sendError(exchange, errors.webSocketEvents)
      return
    }
    const sent = performance.now()
    // Published messages have to find their place between the frames: only without channels nobody has to look at them.
    if (target.kind === 'http' && exchange.isWebSocket && exchange.passThrough && target.subs.length === 0) {
      const request = outgoingRequest(exchange.facts, this.#message, target)
      const { webSockets } = this.#context
      tunnelUpgrade(
        exchange,
        request,
        () => {
          this.#context.answered(exchange, performance.now() - sent)
          webSockets.opened(exchange)
        },
        () => this.#try(index + 1),
      )
      return
    }
    // The backend must hear of it at once when nobody waits for its answer any more; a target before may have wanted to hear it, too.
    exchange.onClose = () => this.#attempt?.abort()
    const owner: AttemptOwner = {
      isOver: () => exchange.over,
      onHead: (head, flow) => {
        this.#context.answered(exchange, performance.now() - sent)
        return this.#sinkFor(head, flow)
      },
      onFailure: (failure) => this.#failed(failure, target, index),
      onEarlyHints: (headers) => relayEarlyHints(exchange, headers),
      ...(exchange.isWebSocket
        ? {
            onUpgrade: (head, backend) => {
              this.#context.answered(exchange, performance.now() - sent)
              this.#context.webSockets.accept(exchange, head, backend)
            },
          }
        : {}),
    }
    const request = outgoingRequest(exchange.facts, this.#message, target)
    this.#attempt = this.#context.attempts.of(request, owner)
    this.#attempt.send()
  }

  #failed(failure: Failure, target: Target, index: number): void {
    if (this.#exchange.over) return
    if (failure === 'unreachable' && this.#exchange.body?.isTooLargeToKeep !== true) {
      this.#try(index + 1)
    } else if (failure === 'stale' && !this.#retriedStale) {
      // RFC 9112 9.3.1: the backend had closed the idle connection before it saw the request.
      this.#retriedStale = true
      this.#send(target, index)
    } else {
      const [answer, debugMessage] = FAILURES[failure] ?? [errors.originFailed]
      sendError(this.#exchange, answer, debugMessage)
    }
  }

  #sinkFor(head: ResponseHead, flow: Flow): ResponseSink {
    const exchange = this.#exchange
    const { instructions, legacyInstructTypes } = this.#context
    // A refused WebSocket is refused with the backend's own words (GRIP 7.1).
    if (exchange.passThrough || exchange.isWebSocket || !isGripResponse(head.headers, legacyInstructTypes)) {
      const { jsonp } = exchange.crossOrigin ?? {}
      if (jsonp !== undefined) return new JsonpResponse(exchange, jsonp, head, flow)
      return new RelayedResponse(exchange, head, flow)
    }
    return new InstructResponse(exchange, head, flow, instructions.onWhole(exchange), instructions.onLarge(exchange))
  }

  async #answerTest(): Promise<void> {
    const { body, facts, target } = this.#exchange
    const received = body === undefined ? Buffer.alloc(0) : await body.read().catch(() => undefined)
    const { head, body: content } =
      received === undefined ? testRequestTooLarge : testResponse(target, facts.route.pathBeg)
    if (this.#exchange.over) return
    const sink = this.#sinkFor(head, { pause() {}, resume() {}, abort() {} })
    sink.data(content)
    sink.end([])
  }
}

/** Those that are answered in a particular way (GRIP 2.10). */
const FAILURES: Readonly<Partial<Record<Failure, [answer: ErrorAnswer, debugMessage?: string]>>> = {
  timeout: [errors.originFailed, 'Error: zhttp service for route is unreachable.'],
  'length required': [errors.lengthRequired],
  'refused by policy': [errors.originFailed, BLOCKED],
}

/** GRIP 7.5: to the backend its request would look like one of the gateway's. */
function sendsEvents({ facts, rawHeaders }: Exchange): boolean {
  return !facts.trusted && valuesOf(rawHeaders, 'content-type').some(isEventsType)
}

function isEventsType(value: string): boolean {
  const [type = ''] = value.split(';', 1)
  return type.trim().toLowerCase() === 'application/websocket-events'
}
