import type { Exchanges } from '../zhttp/exchanges.ts'
import { WebSocketAttempt } from '../zhttp/web-socket-attempt.ts'
import { ZhttpAttempt } from '../zhttp/zhttp-attempt.ts'
import { Attempt } from './attempt.ts'
import type { AttemptOwner, OutgoingRequest, Sending } from './attempt.ts'
import type { Backends } from './backend.ts'

/** Picks what a request is sent with, by the kind of its target. */
export class Attempts {
  readonly #backends: Backends
  readonly #exchanges: Exchanges

  constructor(backends: Backends, exchanges: Exchanges) {
    this.#backends = backends
    this.#exchanges = exchanges
  }

  of(request: OutgoingRequest, owner: AttemptOwner): Sending {
    if (request.target.endpoint === '') return new Attempt(this.#backends.of(request.target), request, owner)
    if (owner.onUpgrade === undefined) return new ZhttpAttempt(this.#exchanges, request, owner)
    return new WebSocketAttempt(this.#exchanges, request, owner)
  }
}
