import type { AttemptOwner, Failure, OutgoingRequest, Sending } from '../forward/attempt.ts'
import type { Flow, ResponseHead, ResponseSink } from '../forward/origin-response.ts'
import type { Exchanges } from './exchanges.ts'
import { InCredits, WINDOW } from './in-credits.ts'
import type { ZhttpPacket } from './packet.ts'
import { RequestContent } from './request-content.ts'
import type { Framing } from './response-head.ts'
import { framingOf, responseHead } from './response-head.ts'
import type { ExchangeOwner, ZhttpExchange } from './zhttp-exchange.ts'
import { requestPacket, wireBytes } from './write-packet.ts'
import type { PacketFields } from './write-packet.ts'

/** Bytes of a body that make the first packet go without its end. A smaller body is waited for: simple services look at one packet only (GRIP 2.1). */
const FIRST_BODY = 10_000
/** Bytes of a body that wait for credits. */
const KEPT_BODY = 65_536

/** What a service with one packet each way is sent, and told to send, at most (GRIP 12.2); bytes. */
const MAX_SINGLE = 1_000_000

/** One try to get a response from a service. */
export class ZhttpAttempt implements Sending, Flow, ExchangeOwner {
  readonly #request: OutgoingRequest
  readonly #owner: AttemptOwner
  readonly #exchange: ZhttpExchange
  readonly #isSingle: boolean
  readonly #credits: InCredits
  #content: RequestContent | undefined
  #outCredits = 0
  #hasBegun = false
  #hasSentAll = false
  #sink: ResponseSink | undefined
  #framing: Framing = { isBodiless: false, length: undefined }
  #size = 0
  #isAborted = false

  constructor(exchanges: Exchanges, request: OutgoingRequest, owner: AttemptOwner) {
    this.#request = request
    this.#owner = owner
    this.#isSingle = request.target.kind === 'zhttpreq'
    this.#exchange = exchanges.open(request.target.name, this.#isSingle, this)
    this.#credits = new InCredits((credits) => this.#exchange.send({ type: 'credit', credits }))
  }

  send(): void {
    if (this.#owner.isOver()) {
      this.abort()
      return
    }
    const limit = this.#isSingle ? MAX_SINGLE + 1 : KEPT_BODY
    this.#content = new RequestContent(
      this.#request.body,
      limit,
      () => queueMicrotask(() => this.#sendMore()),
      () => this.abort(),
    )
  }

  pause(): void {
    this.#credits.pause()
  }

  resume(): void {
    this.#credits.resume()
  }

  abort(): void {
    this.#isAborted = true
    this.#exchange.cancel()
    this.#content?.close()
  }

  received(packet: ZhttpPacket): void {
    this.#outCredits += packet.credits
    this.#sendMore()
    if (packet.type === '') this.#data(packet)
  }

  failed(failure: Failure): void {
    this.#content?.close()
    if (this.#sink === undefined) this.#owner.onFailure(failure)
    else this.#sink.fail()
  }

  #sendMore(): void {
    const content = this.#content
    if (content === undefined || this.#exchange.isOver || this.#hasSentAll) return
    if (!this.#hasBegun) this.#begin(content)
    else while (!this.#hasSentAll && this.#canSend(content)) this.#sendSome(content)
  }

  #begin(content: RequestContent): void {
    if (this.#isSingle && content.size > MAX_SINGLE) {
      this.abort()
      this.#owner.onFailure('failed')
    } else if (content.isWhole || (!this.#isSingle && content.size >= FIRST_BODY)) {
      this.#hasBegun = true
      const mode: PacketFields = this.#isSingle
        ? { 'max-size': MAX_SINGLE }
        : { stream: true, credits: WINDOW, ext: { multi: true } }
      const { method, path, headers, traffic } = this.#request
      traffic.serverRequest(method, path, headers)
      const packet = requestPacket(this.#request, 'http', headers)
      // The first packet needs no credits, but may be no larger than what they begin with.
      this.#exchange.send({
        ...mode,
        method: wireBytes(method),
        ...packet,
        ...this.#take(content, this.#isSingle ? MAX_SINGLE : WINDOW),
      })
    }
  }

  /** The end alone needs no credits. */
  #canSend(content: RequestContent): boolean {
    return content.size > 0 ? this.#outCredits > 0 : content.isWhole
  }

  #sendSome(content: RequestContent): void {
    const fields = this.#take(content, Math.min(this.#outCredits, KEPT_BODY))
    this.#outCredits -= fields.body.length
    this.#exchange.send(fields)
  }

  #take(content: RequestContent, most: number): { body: Buffer; more?: true } {
    const body = content.take(most)
    this.#request.traffic.server.contentSent += body.length
    this.#hasSentAll = content.isWhole && content.size === 0
    return this.#hasSentAll ? { body } : { body, more: true }
  }

  #data(packet: ZhttpPacket): void {
    const { body, more } = packet
    const head = this.#sink === undefined ? this.#readHead(packet) : undefined
    this.#size += body.length
    if ((this.#sink === undefined && head === undefined) || !this.#fits(more) || !this.#credits.spend(body.length)) {
      // What HTTP has no place for ends the exchange.
      this.abort()
      this.failed('failed')
      return
    }
    const { traffic } = this.#request
    traffic.server.contentReceived += body.length
    if (head !== undefined) traffic.serverResponse(head.reason, head.headers)
    if (!more) this.#exchange.finish()
    this.#sink ??= this.#owner.onHead(head as ResponseHead, this)
    if (body.length > 0 && !this.#framing.isBodiless) this.#sink.data(body)
    // Who takes it may have found out that it needs no more.
    if (this.#isAborted) return
    if (more) {
      this.#credits.renew()
      return
    }
    this.#content?.close()
    this.#sink.end([])
  }

  #fits(more: boolean): boolean {
    const { isBodiless, length } = this.#framing
    return isBodiless || length === undefined || this.#size === length || (more && this.#size < length)
  }

  #readHead(packet: ZhttpPacket): ResponseHead | undefined {
    const head = responseHead(packet)
    const framing = head === undefined || head.code < 200 ? undefined : framingOf(this.#request.method, head)
    if (head === undefined || framing === undefined) return undefined
    this.#framing = framing
    if (packet.more || framing.isBodiless || framing.length !== undefined) return head
    return { ...head, headers: [...head.headers, 'Content-Length', String(packet.body.length)] }
  }
}
