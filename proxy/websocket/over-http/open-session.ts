import { errors } from '../../accept/errors.ts'
import type { Exchange } from '../../accept/exchange.ts'
import type { ResponseHead } from '../../forward/origin-response.ts'
import { RelayedResponse } from '../../forward/relayed-response.ts'
import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'
import { sendError } from '../../send/send-error.ts'
import { decodeEvents } from './decode-events.ts'
import { EventError } from './event-error.ts'
import type { EventRequests } from './event-requests.ts'
import type { WebSocketEvent } from './event.ts'
import { isEvents } from './events-response.ts'
import { responseFields } from './response-fields.ts'

export interface OpenSessionEvents {
  /** The backend has opened. @param events what it said besides. */
  opened(head: ResponseHead, events: readonly WebSocketEvent[]): void
  /** The target could not be reached, so another one may be tried. */
  unreachable(): void
}

/** Asks a backend over HTTP whether it opens a WebSocket (GRIP 7.4); one that refuses answers the client's handshake. */
export function openSession(
  exchange: Exchange,
  requests: EventRequests,
  wheel: TimerWheel,
  events: OpenSessionEvents,
): void {
  let timer: Timer | undefined
  exchange.onClose = () => {
    timer?.cancel()
    requests.abort()
  }
  const refuse = (reason: string): void => sendError(exchange, errors.originFailed, `WebSocket over HTTP: ${reason}`)
  const ask = (): void =>
    requests.send([{ type: 'OPEN' }], 0, false, {
      onHead: (head, flow) => (isEvents(head) ? undefined : new RelayedResponse(exchange, head, flow)),
      onWhole: (head, body) => {
        if (exchange.over) return
        try {
          const [first, ...others] = decodeEvents(body)
          requests.heard(others)
          const interval = responseFields(head.headers).keepAliveInterval ?? 0
          if (first?.type === 'OPEN') events.opened(head, others)
          // It has not decided yet.
          else if (first === undefined && interval > 0) timer = wheel.after(interval * 1000, ask)
          else refuse('the first event is not OPEN')
        } catch (error) {
          if (!(error instanceof EventError)) throw error
          refuse(error.message)
        }
      },
      onFailure: (failure, reason) => {
        if (failure === 'unreachable') events.unreachable()
        else refuse(reason)
      },
    })
  ask()
}
