import type { Exchange } from '../../accept/exchange.ts'
import { lingerIfUnread } from '../../accept/linger.ts'
import { writeHead } from '../../send/write-head.ts'
import { answerLine, commonHeaders } from './answer.ts'
import { closeFrame } from './frames.ts'
import type { Close } from './frames.ts'
import { SESSION_TERMINATED } from './poll.ts'
import type { Receiver } from './receiver.ts'
import type { Session } from './session.ts'
import type { Format } from './transports/transport.ts'

/** Bytes after which a response ends and the client makes a new request: browsers keep all of it in memory. */
const STREAM_LIMIT = 131_072

/** A response that goes on with one frame after the other. */
export class Stream implements Receiver {
  readonly takesOneMessage = false
  readonly #exchange: Exchange
  readonly #format: Format

  constructor(exchange: Exchange, format: Format, session: Session) {
    this.#exchange = exchange
    this.#format = format
    exchange.res.on('drain', () => session.receiverDrained(this))
    exchange.onClose = () => session.receiverClosed(this)
  }

  get isReady(): boolean {
    return !this.#exchange.res.writableNeedDrain
  }

  send(frame: string): boolean {
    this.#write(frame)
    if (this.#exchange.sent < STREAM_LIMIT) return true
    this.#exchange.res.end()
    return false
  }

  close(close: Close): void {
    this.#write(closeFrame(close))
    this.#exchange.res.end()
  }

  fail(): void {
    // Closing is the only way left to say that this is not the whole response.
    if (this.#exchange.res.headersSent) this.#exchange.res.destroy()
    else answerLine(this.#exchange, 410, SESSION_TERMINATED)
  }

  #write(frame: string): void {
    const { res } = this.#exchange
    if (this.#exchange.over) return
    const { contentType, prelude } = this.#format
    let text = this.#format.encode(frame)
    if (!res.headersSent) {
      lingerIfUnread(res)
      writeHead(res, 200, 'OK', ['Content-Type', contentType, ...commonHeaders(this.#exchange)])
      text = prelude + text
    }
    this.#exchange.sent += Buffer.byteLength(text)
    res.write(text)
  }
}
