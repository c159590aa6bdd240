import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { InstructResponse, KeepAlive } from '../../shared/grip/instruct/instruct.ts'
import type { Exchange } from '../accept/exchange.ts'
import { frameChunk } from '../send/delivery.ts'
import type { Delivery } from '../send/delivery.ts'
import { finalStatus, flatten } from '../send/send-response.ts'
import { bytesWaiting, quickWrite } from '../send/quick-write.ts'
import { writeHead } from '../send/write-head.ts'
import type { Hold } from './hold.ts'
import type { Timer, TimerWheel } from './timer-wheel.ts'

export interface StreamHoldEvents {
  ended(hold: StreamHold): void
  /** The client has not taken what waits for it; it is being cut. */
  tooSlow(hold: StreamHold, waiting: number): void
}

/** A response without an end (GRIP 3.6): its head and first content are sent at once, what is published is appended. */
export class StreamHold implements Hold {
  readonly id: string
  readonly channels: readonly string[]
  readonly lingers = false
  readonly exchange: Exchange
  readonly #res: ServerResponse
  readonly #socket: Socket
  readonly #events: StreamHoldEvents
  /** Bytes that may wait for the client before it is cut. */
  readonly #queueMax: number
  #chunked = false
  #open = false
  #lastSent = 0
  #timer: Timer | undefined

  constructor(exchange: Exchange, channels: readonly string[], queueMax: number, events: StreamHoldEvents) {
    this.id = exchange.facts.id
    this.channels = channels
    this.exchange = exchange
    this.#res = exchange.res
    this.#socket = exchange.req.socket
    this.#queueMax = queueMax
    this.#events = events
    exchange.onClose = () => this.closed()
  }

  /** Sends the head: without length, so chunked, or until close for HTTP/1.0. */
  open(response: Omit<InstructResponse, 'body'>): void {
    const res = this.#res
    const { code, reason } = finalStatus(response)
    writeHead(res, code, reason, flatten(response.headers))
    res.flushHeaders()
    this.#chunked = res.chunkedEncoding
    this.#open = !res.writableEnded
  }

  /** Whether a body can follow the head at all: not to a HEAD request, not with 204 and 304. */
  get canStream(): boolean {
    return this.exchange.req.method !== 'HEAD' && this.#res.statusCode !== 204 && this.#res.statusCode !== 304
  }

  /** A stream may last for days: what the request said, cookies and all, is not kept for as long. */
  forgetRequest(): void {
    const { req } = this.exchange
    req.rawHeaders = []
    req.headers = {}
  }

  /** Appends content. @returns false when the client does not keep up: `onDrain` is called when it has. */
  write(content: Buffer, onDrain?: () => void): boolean {
    this.exchange.sent += content.length
    const kept = this.#socket.write(this.#chunked ? frameChunk(content) : content)
    if (!kept && onDrain !== undefined) this.#socket.once('drain', onDrain)
    return kept
  }

  deliver(delivery: Delivery): boolean {
    const format = delivery.httpStream
    if (format === undefined) return false
    if (format.action === 'send') this.#write(delivery.streamBytes(this.#chunked))
    else if (format.action === 'close') this.finish()
    return true
  }

  recover(): void {}

  keepAlive(keepAlive: KeepAlive, wheel: TimerWheel): void {
    const bytes = this.#chunked ? frameChunk(keepAlive.content) : keepAlive.content
    const schedule = (milliseconds: number): void => {
      this.#timer = wheel.after(milliseconds, () => {
        const quiet = performance.now() - this.#lastSent
        if (keepAlive.mode === 'idle' && quiet < period) {
          schedule(period - quiet)
          return
        }
        this.#write(bytes)
        // The write may have found the client too slow.
        if (!this.#open) return
        period = keepAlivePeriod(keepAlive.timeout)
        schedule(period)
      })
    }
    let period = keepAlivePeriod(keepAlive.timeout)
    this.#lastSent = performance.now()
    schedule(period)
  }

  /** Ends the response; the connection can be used again, except for HTTP/1.0. */
  finish(): void {
    if (!this.#open) return
    this.closed()
    this.#res.end()
  }

  /** Ends the response so that the client sees it is not whole; a route with `debug` says why instead. */
  cut(message: string): void {
    if (!this.exchange.facts.debug) {
      this.#res.destroy()
      return
    }
    this.write(Buffer.from(`\n\n${message}\n`))
    this.finish()
  }

  #write(bytes: Buffer): void {
    if (!this.#open || bytes.length === 0) return
    // Looked at before the write, so that one large message is no reason to cut a client that keeps up.
    const waiting = bytesWaiting(this.#socket)
    if (waiting > this.#queueMax) {
      this.closed()
      this.#events.tooSlow(this, waiting)
      this.#res.destroy()
      return
    }
    this.#lastSent = performance.now()
    quickWrite(this.#socket, bytes)
  }

  /** The response is over. */
  closed(): void {
    this.#open = false
    this.#timer?.cancel()
    this.#events.ended(this)
  }
}

/** GRIP 3.6: up to a second less than asked, so that streams opened together do not stay in step. */
function keepAlivePeriod(timeout: number): number {
  return timeout * 1000 - Math.floor(Math.random() * 1000)
}
