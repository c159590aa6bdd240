import { createHash } from 'node:crypto'
import type { AttemptOwner, Failure, OutgoingRequest, Sending } from '../forward/attempt.ts'
import type { Flow } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { memorySockets } from '../websocket/memory-socket.ts'
import type { Exchanges } from './exchanges.ts'
import { WINDOW } from './in-credits.ts'
import type { ZhttpPacket } from './packet.ts'
import { framingOf, responseHead } from './response-head.ts'
import { WebSocketBridge } from './web-socket-bridge.ts'
import { requestPacket } from './write-packet.ts'
import type { ExchangeOwner, ZhttpExchange } from './zhttp-exchange.ts'

/** One try to open a WebSocket with a service. To its owner it looks like a backend that speaks frames: there is a connection in memory between them. */
export class WebSocketAttempt implements Sending, Flow, ExchangeOwner {
  readonly #request: OutgoingRequest
  readonly #owner: AttemptOwner
  readonly #exchange: ZhttpExchange
  #bridge: WebSocketBridge | undefined
  #credits = 0

  constructor(exchanges: Exchanges, request: OutgoingRequest, owner: AttemptOwner) {
    this.#request = request
    this.#owner = owner
    this.#exchange = exchanges.open(request.target.name, false, this)
  }

  send(): void {
    const headers = onlyGrip(this.#request.headers)
    const packet = requestPacket(this.#request, 'ws', headers)
    this.#request.traffic.serverRequest(this.#request.method, this.#request.path, headers)
    this.#exchange.send({ ...packet, credits: WINDOW, ext: { multi: true } })
  }

  abort(): void {
    this.#exchange.cancel()
  }

  // A refusal is here as a whole when its owner hears of it.
  pause(): void {}
  resume(): void {}

  received(packet: ZhttpPacket): void {
    if (this.#bridge !== undefined) {
      this.#bridge.received(packet)
      return
    }
    this.#credits += packet.credits
    if (packet.type === 'credit') return
    const head = responseHead(packet)
    if (packet.type !== '' || head?.code !== 101) {
      this.abort()
      this.#owner.onFailure('failed')
      return
    }
    this.#request.traffic.serverResponse(head.reason, head.headers)
    const [near, far] = memorySockets()
    this.#bridge = new WebSocketBridge(far, this.#exchange, this.#credits)
    const accept = ['Sec-WebSocket-Accept', acceptOf(this.#request)]
    const headers = [...withoutAccept(onlyGrip(head.headers)), ...accept]
    this.#owner.onUpgrade?.({ code: 101, reason: head.reason, headers }, near)
  }

  failed(failure: Failure, packet?: ZhttpPacket): void {
    if (this.#bridge !== undefined) this.#bridge.lost()
    else if (packet?.condition !== 'rejected' || !this.#refuse(packet)) this.#owner.onFailure(failure)
  }

  /** The service's own words. @returns false when they are no response. */
  #refuse(packet: ZhttpPacket): boolean {
    const head = responseHead(packet)
    if (head === undefined || head.code < 200) return false
    const framing = framingOf('GET', head)
    const body = framing?.isBodiless === true ? Buffer.alloc(0) : packet.body
    if (framing === undefined || (framing.length ?? body.length) !== body.length) return false
    this.#request.traffic.serverResponse(head.reason, head.headers)
    this.#request.traffic.server.contentReceived += body.length
    const length = framing.isBodiless || framing.length !== undefined ? [] : ['Content-Length', String(body.length)]
    const sink = this.#owner.onHead({ ...head, headers: [...head.headers, ...length] }, this)
    if (body.length > 0) sink.data(body)
    sink.end([])
    return true
  }
}

/** Compression is between two ends of frames, and a service sees none (GRIP 7.1). */
function onlyGrip(headers: RawHeaders): RawHeaders {
  return pairs(headers).flatMap(([name, value]) => {
    if (name.toLowerCase() !== 'sec-websocket-extensions') return [name, value]
    const kept = value.split(',').filter((element) => /^\s*grip\s*(;|$)/.test(element))
    return kept.length === 0 ? [] : [name, kept.join(',').trim()]
  })
}

function withoutAccept(headers: RawHeaders): RawHeaders {
  return pairs(headers)
    .filter(([name]) => name.toLowerCase() !== 'sec-websocket-accept')
    .flat()
}

/** RFC 6455 4.2.2 */
function acceptOf({ headers }: OutgoingRequest): string {
  const key = pairs(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-key')?.[1] ?? ''
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
