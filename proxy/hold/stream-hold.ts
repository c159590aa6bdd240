import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { InstructResponse, KeepAlive } from '../../shared/grip/instruct/instruct.ts'
import { HTTP_STREAM } from '../../shared/observe/transport.ts'
import { detach, endDetached } from '../accept/detach.ts'
import type { DetachedOwner } from '../accept/detach.ts'
import { uriOf } from '../accept/exchange.ts'
import type { Exchange, RequestFacts } from '../accept/exchange.ts'
import { corsHeaders } from '../cross-origin/cors.ts'
import type { Route } from '../choose/route.ts'
import { frameChunk, LAST_CHUNK } from '../send/chunk.ts'
import type { Delivery } from '../send/delivery.ts'
import { finalStatus, flatten } from '../send/send-response.ts'
import { bytesWaiting, quickWrite } from '../send/quick-write.ts'
import { writeHead } from '../send/write-head.ts'
import type { Session } from '../session/session.ts'
import type { Hold } from './hold.ts'
import { KeepAliveClock } from './keep-alive.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** What all stream holds of a worker share. */
export interface StreamHoldContext {
  /** Bytes that may wait for a client before it is cut. */
  readonly queueMax: number
  readonly wheel: TimerWheel
  ended(hold: StreamHold): void
  /** The client has not taken what waits for it; it is being cut. */
  tooSlow(hold: StreamHold, waiting: number): void
  keptAlive?(hold: StreamHold): void
}

/** A response without an end (GRIP 3.6): its head and first content are sent at once, what is published is appended. */
export class StreamHold implements Hold, DetachedOwner {
  readonly channels: Iterable<string>
  readonly #facts: RequestFacts
  readonly #socket: Socket
  readonly #context: StreamHoldContext
  readonly #session: Session | undefined
  /** Undefined once the connection is detached from it. */
  #res: ServerResponse | undefined
  #chunked = false
  #reusable = false
  #open = false
  #keepAlive: KeepAliveClock | undefined
  /** Told once when the hold has ended. */
  onGone: (() => void) | undefined

  constructor(exchange: Exchange, channels: Iterable<string>, context: StreamHoldContext) {
    this.channels = channels
    this.#facts = exchange.facts
    this.#socket = exchange.req.socket
    this.#context = context
    this.#session = exchange.session
    this.#res = exchange.res
    exchange.onClose = () => this.closed()
  }

  get id(): string {
    return this.#facts.id
  }

  get uri(): string {
    return uriOf(this.#facts)
  }

  get lingers(): boolean {
    return false
  }

  /** Whether content can still be sent. */
  get isOpen(): boolean {
    return this.#open
  }

  get transport(): typeof HTTP_STREAM {
    return HTTP_STREAM
  }

  get route(): Route {
    return this.#facts.route
  }

  /**
   * Sends the head: without length, so chunked, or until close for HTTP/1.0.
   * @param crossOrigin with the headers of CORS. A script could not be run before its end, so with JSON-P, too, it is these.
   * @returns whether content can follow it.
   */
  open(response: Omit<InstructResponse, 'body'>, crossOrigin = false): boolean {
    const res = this.#res as ServerResponse
    const { code, reason } = finalStatus(response)
    const headers = flatten(response.headers)
    if (crossOrigin) headers.push(...corsHeaders(res.req, headers))
    writeHead(res, code, reason, headers)
    this.#facts.traffic.clientResponse(res)
    res.flushHeaders()
    this.#chunked = res.chunkedEncoding
    // Without chunks only the end of the connection ends the response, whatever an HTTP/1.0 client asked for.
    this.#reusable = res.shouldKeepAlive && res.chunkedEncoding
    this.#open = res.req.method !== 'HEAD' && code !== 204 && code !== 304
    return this.#open
  }

  /** Everything of the backend's response has been sent; from now on it is held. A stream may last for days: nothing else of it is kept. */
  settle(): void {
    const res = this.#res as ServerResponse
    if (!this.#open) {
      this.closed()
      res.end()
      return
    }
    if (detach(res.req, res, this)) this.#res = undefined
  }

  /** From here on something is sent when nothing else is; undefined stops that. */
  setKeepAlive(keepAlive: KeepAlive | undefined): void {
    this.#keepAlive?.stop()
    this.#keepAlive = undefined
    if (keepAlive === undefined || !this.#open) return
    const bytes = this.#chunked ? keepAliveChunk(keepAlive.content) : keepAlive.content
    this.#keepAlive = new KeepAliveClock(keepAlive, this.#context.wheel, () => {
      this.#write(bytes)
      this.#facts.traffic.client.contentSent += keepAlive.content.length
      this.#context.keptAlive?.(this)
    })
  }

  /** Appends content. @returns false when the client does not keep up: `onDrain` is called when it has. */
  write(content: Buffer, onDrain?: () => void): boolean {
    if (!this.#open) return true
    this.#facts.traffic.client.contentSent += content.length
    const kept = this.#socket.write(this.#chunked ? frameChunk(content) : content)
    if (!kept && onDrain !== undefined) this.#socket.once('drain', onDrain)
    return kept
  }

  deliver(delivery: Delivery): boolean {
    const format = delivery.httpStream
    if (format === undefined) return false
    if (format.action === 'send') this.#write(delivery.streamBytes(this.#chunked))
    else if (format.action === 'close') this.finish()
    if (this.#session !== undefined) this.delivered(delivery.channel, delivery.ids)
    return true
  }

  recover(): void {}

  refresh(): boolean {
    return false
  }

  goAway(): void {}

  /** Ends the response; the connection can be used again, except for HTTP/1.0. */
  finish(): void {
    if (!this.#open) return
    this.closed()
    if (this.#res !== undefined) {
      this.#res.end()
      return
    }
    if (this.#chunked) this.#socket.write(LAST_CHUNK)
    endDetached(this.#socket, this.#reusable)
  }

  /** Ends the response so that the client sees it is not whole; a route with `debug` says why instead. */
  cut(message: string): void {
    if (!this.#facts.debug) {
      this.closed()
      this.#socket.destroy()
      return
    }
    this.write(Buffer.from(`\n\n${message}\n`))
    this.finish()
  }

  /** The client's session has had these items, unless it was too slow, and not sent them. */
  protected delivered(channel: string, ids: readonly (string | undefined)[]): void {
    if (this.#open) this.#session?.delivered(channel, ids)
  }

  /** Appends content that was published, at whatever pace the client takes it. */
  protected append(content: Buffer): void {
    this.#write(this.#chunked ? appendedChunk(content) : content)
  }

  /** The client does not keep up. */
  protected cutTooSlow(waiting: number): void {
    this.closed()
    this.#context.tooSlow(this, waiting)
    this.#socket.destroy()
  }

  #write(bytes: Buffer): void {
    if (!this.#open || bytes.length === 0) return
    // Looked at before the write, so that one large message is no reason to cut a client that keeps up.
    const waiting = bytesWaiting(this.#socket)
    if (waiting > this.#context.queueMax) {
      this.cutTooSlow(waiting)
      return
    }
    this.#keepAlive?.sent()
    quickWrite(this.#socket, bytes)
  }

  /** The response is over. */
  closed(): void {
    this.#open = false
    this.#keepAlive?.stop()
    this.#context.ended(this)
    const { onGone } = this
    this.onGone = undefined
    onGone?.()
  }
}

let lastAppended: Buffer = Buffer.alloc(0)
let lastAppendedChunk = lastAppended

/** What is appended to one stream is mostly appended to others right behind it: they share the bytes. */
function appendedChunk(content: Buffer): Buffer {
  if (content !== lastAppended) {
    lastAppended = content
    lastAppendedChunk = frameChunk(content)
  }
  return lastAppendedChunk
}

let lastContent: Buffer = Buffer.alloc(0)
let lastChunk = lastContent

/** Most streams of a worker have the same keep-alive; they share its bytes. */
function keepAliveChunk(content: Buffer): Buffer {
  if (!content.equals(lastContent)) {
    lastContent = content
    lastChunk = frameChunk(content)
  }
  return lastChunk
}
