import type { Exchange } from '../../accept/exchange.ts'
import { answer, answerLine } from './answer.ts'
import { closeFrame } from './frames.ts'
import type { Close } from './frames.ts'
import type { Receiver } from './receiver.ts'
import type { Session } from './session.ts'
import type { Format } from './transports/transport.ts'

/** A request that waits for one frame. */
export class Poll implements Receiver {
  readonly takesOneMessage = false
  readonly isReady = true
  readonly #exchange: Exchange
  readonly #format: Format

  constructor(exchange: Exchange, format: Format, session: Session) {
    this.#exchange = exchange
    this.#format = format
    exchange.onClose = () => session.receiverClosed(this)
  }

  send(frame: string): false {
    answer(this.#exchange, 200, ['Content-Type', this.#format.contentType], this.#format.encode(frame))
    return false
  }

  close(close: Close): void {
    this.send(closeFrame(close))
  }

  fail(): void {
    answerLine(this.#exchange, 410, SESSION_TERMINATED)
  }
}

export const SESSION_TERMINATED = 'Session terminated'
