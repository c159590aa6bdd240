import { randomInt } from 'node:crypto'
import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'
import type { Failure, OutgoingRequest, Sending } from '../../forward/attempt.ts'
import type { Attempts } from '../../forward/attempts.ts'
import type { Flow, ResponseHead, ResponseSink } from '../../forward/origin-response.ts'
import { encodeEvents } from './encode-events.ts'
import { isEnd } from './event.ts'
import type { WebSocketEvent } from './event.ts'
import { EventsResponse } from './events-response.ts'
import type { Meta } from './meta.ts'
import { requestFields } from './request-fields.ts'

/** What the requests of a connection have in common. */
export interface EventRequestsOptions {
  readonly attempts: Attempts
  readonly wheel: TimerWheel
  /** The handshake, to the target that was reached. */
  readonly handshake: OutgoingRequest
  readonly connectionId: string
  /** A fresh signature; undefined leaves the handshake's. */
  readonly gripSig: () => string | undefined
  /** The head of a response has come, that many milliseconds after its request. */
  readonly answered: (milliseconds: number) => void
}

/** What a request may come to. */
export interface EventAnswer {
  /** @returns a sink for a response that is not read for events. */
  onHead?(head: ResponseHead, flow: Flow): ResponseSink | undefined
  onWhole(head: ResponseHead, body: Buffer): void
  /** There will be no whole answer. */
  onFailure(failure: Failure, reason: string): void
}

interface Post {
  readonly body: Buffer
  readonly bytesReplayed: number
  readonly saysSomething: boolean
}

const MAX_RETRIES = 5
const FIRST_DELAY = 1000

/** Sends a connection's events to its backend, one request after the other (GRIP 7.4). */
export class EventRequests {
  readonly #options: EventRequestsOptions
  readonly meta: Meta = new Map()
  #timer: Timer | undefined
  #attempt: Sending | undefined
  #isOver = false

  constructor(options: EventRequestsOptions) {
    this.#options = options
  }

  /** @param retries whether a backend that cannot be reached is asked again later. */
  send(events: readonly WebSocketEvent[], bytesReplayed: number, retries: boolean, answer: EventAnswer): void {
    this.#options.handshake.traffic.server.messagesSent += messagesIn(events)
    const saysSomething = events.some(({ type }) => type !== 'OPEN')
    this.#try({ body: encodeEvents(events), bytesReplayed, saysSomething }, retries ? MAX_RETRIES : 0, answer)
  }

  /** Counts what the backend has said; what that was in is counted as HTTP. */
  heard(events: readonly WebSocketEvent[]): void {
    this.#options.handshake.traffic.server.messagesReceived += messagesIn(events)
  }

  /** Nobody waits for an answer any more. */
  abort(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#attempt?.abort()
  }

  #try(post: Post, retriesLeft: number, answer: EventAnswer): void {
    const { body, bytesReplayed, saysSomething } = post
    const { attempts, handshake, connectionId, gripSig, answered } = this.#options
    const headers = requestFields({
      handshake: handshake.headers,
      connectionId,
      gripSig: gripSig(),
      meta: this.meta.values(),
      bytesReplayed,
    })
    const request: OutgoingRequest = {
      ...handshake,
      method: 'POST',
      headers,
      body: { hasBeenRead: false, isTooLargeToKeep: false, open: () => body },
    }
    const sent = performance.now()
    this.#attempt = attempts.of(request, {
      isOver: () => this.#isOver,
      onHead: (head, flow) => {
        answered(performance.now() - sent)
        return (
          answer.onHead?.(head, flow) ??
          new EventsResponse(
            head,
            flow,
            (whole, content) => answer.onWhole(whole, content),
            (reason) => answer.onFailure('failed', reason),
          )
        )
      },
      onFailure: (failure) => {
        if (this.#isOver) return
        if (failure === 'stale' && !saysSomething) {
          // The backend had closed the idle connection, most likely before it saw the request. It may not hear a message twice.
          this.#try(post, retriesLeft, answer)
        } else if (failure === 'unreachable' && retriesLeft > 0) {
          const delay = FIRST_DELAY * 2 ** (MAX_RETRIES - retriesLeft) + randomInt(1000)
          this.#timer = this.#options.wheel.after(delay, () => this.#try(post, retriesLeft - 1, answer))
        } else {
          answer.onFailure(failure, failure === 'unreachable' ? 'the backend cannot be reached' : 'the request failed')
        }
      },
    })
    this.#attempt.send()
  }
}

function messagesIn(events: readonly WebSocketEvent[]): number {
  return events.filter((event) => !isEnd(event)).length
}
