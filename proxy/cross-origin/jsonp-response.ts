import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import { errors } from '../accept/errors.ts'
import { lingerIfUnread } from '../accept/linger.ts'
import type { Flow, ResponseHead, ResponseSink } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import { responseHeaders } from '../forward/response-headers.ts'
import { sendError } from '../send/send-error.ts'
import { sendAsItIs } from '../send/send-response.ts'
import { writeHead } from '../send/write-head.ts'
import type { JsonpRequest } from './jsonp-request.ts'
import { ScriptEncoder } from './script-encoder.ts'
import { NOT_ENCODABLE, scriptHeaders } from './whole-script.ts'

/** Up to this size, in bytes, a body whose length is known is waited for: then it can still be said that it cannot be encoded. */
const WAIT_LIMIT = 65_536

/**
 * A backend's response on its way to a page that asked for a script. Nothing runs before the end of a script, but what comes is passed on
 * when it comes, as fast as the client takes it, so that a body of any size can pass.
 */
export class JsonpResponse implements ResponseSink {
  readonly #exchange: Exchange
  readonly #flow: Flow
  readonly #encoder: ScriptEncoder
  readonly #headers: HeaderList
  /** What the head waits for; undefined once that has been sent. */
  #start: string | undefined

  constructor(exchange: Exchange, jsonp: JsonpRequest, { code, reason, headers }: ResponseHead, flow: Flow) {
    this.#exchange = exchange
    this.#flow = flow
    // What is said of the body stays true of it, also where the script has another one.
    const kept = responseHeaders(code, headers, false)
    this.#encoder = new ScriptEncoder(jsonp, { code, reason, headers: kept })
    this.#headers = scriptHeaders(pairs(kept))
    this.#start = this.#encoder.start()
    // What has come with the head goes with it, and a whole body has a length.
    if (!isShort(kept)) queueMicrotask(() => this.#begin())
  }

  data(chunk: Buffer): void {
    if (this.#exchange.over) return
    const text = this.#encoder.piece(chunk)
    if (text === undefined) this.#giveUp()
    else if (this.#start === undefined) this.#write(text)
    else this.#start += text
  }

  end(): void {
    const { res, over } = this.#exchange
    if (over) return
    const text = this.#encoder.end()
    if (text === undefined) {
      this.#giveUp()
    } else if (this.#start === undefined) {
      lingerIfUnread(res)
      this.#write(text)
      res.end()
    } else {
      const body = Buffer.from(this.#start + text)
      sendAsItIs(this.#exchange, { code: 200, reason: 'OK', headers: this.#headers, body })
    }
  }

  fail(): void {
    if (this.#start === undefined) this.#exchange.res.destroy()
    else sendError(this.#exchange, errors.originFailed)
  }

  #begin(): void {
    if (this.#exchange.over || this.#start === undefined) return
    const { res, facts } = this.#exchange
    writeHead(res, 200, 'OK', this.#headers.flat())
    facts.traffic.clientResponse(res)
    this.#write(this.#start)
    this.#start = undefined
  }

  #write(text: string): void {
    if (text === '') return
    const { res } = this.#exchange
    const bytes = Buffer.from(text)
    this.#exchange.countSent(bytes.length)
    if (res.write(bytes)) return
    this.#flow.pause()
    res.once('drain', () => this.#flow.resume())
  }

  /** There is no script for this body. Of one that has begun, only the cut of the connection can still tell. */
  #giveUp(): void {
    if (this.#start === undefined) this.#exchange.res.destroy()
    else sendAsItIs(this.#exchange, NOT_ENCODABLE)
    this.#flow.abort()
  }
}

function isShort(headers: readonly string[]): boolean {
  return headers.some(
    (name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length' && Number(headers[i + 1]) <= WAIT_LIMIT,
  )
}
