import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Exchange } from '../accept/exchange.ts'
import type { UpgradeResponse } from '../accept/upgrade.ts'
import type { OutgoingRequest } from '../forward/attempt.ts'
import type { WebSockets } from '../forward/forward.ts'
import type { ResponseHead } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { responseHeaders } from '../forward/response-headers.ts'
import type { FrameRules } from './frames/frame-rules.ts'
import { negotiateDeflate } from './frames/negotiate-deflate.ts'
import { messagePrefix } from './grip-message.ts'
import { Peer } from './peer.ts'
import { Relay } from './relay.ts'
import { connectTestBackend } from './test-backend.ts'
import { tunnel } from './tunnel.ts'
import { WebSocketHold } from './web-socket-hold.ts'
import type { WebSocketContext } from './web-socket-hold.ts'

export interface WebSocketOptions {
  /** Bytes of a client's or a backend's message. */
  readonly maxMessage: number
  /** Clients that offer `permessage-deflate` get it. */
  readonly compress: boolean
}

export interface WebSocketEvents {
  /** For the access log: the client's connection is a WebSocket now. */
  opened(exchange: Exchange): void
  debug(message: string): void
}

/** Acts on what backends answer to WebSocket handshakes (GRIP 7.1). */
export class WebSocketAcceptor implements WebSockets {
  readonly #context: WebSocketContext
  readonly #options: WebSocketOptions
  readonly #events: WebSocketEvents
  readonly #backendRules: FrameRules
  readonly #clientRules: { readonly plain: FrameRules; readonly deflate: FrameRules }

  constructor(context: WebSocketContext, options: WebSocketOptions, events: WebSocketEvents) {
    this.#context = context
    this.#options = options
    this.#events = events
    const { maxMessage } = options
    this.#backendRules = { masked: false, deflate: false, maxMessage }
    this.#clientRules = {
      plain: { masked: true, deflate: false, maxMessage },
      deflate: { masked: true, deflate: true, maxMessage },
    }
  }

  accept(exchange: Exchange, { reason, headers }: ResponseHead, backend: Socket): void {
    const prefix = exchange.passThrough ? undefined : messagePrefix(pairs(headers))
    const subs = exchange.tried?.subs ?? []
    const kept = responseHeaders(101, headers, false)
    if (exchange.passThrough || (prefix === undefined && subs.length === 0)) {
      const early = this.#switch(exchange, reason, exchange.passThrough ? kept : withoutExtensions(kept))
      tunnel(exchange.req.socket, early, backend)
      return
    }
    const { client, hold, early } = this.#open(exchange, reason, withoutExtensions(kept))
    const relay = new Relay({
      client,
      backend: new Peer(backend, this.#backendRules),
      hold,
      messagePrefix: prefix,
      maxMessage: this.#options.maxMessage,
      debug: this.#events.debug,
    })
    hold.start(relay)
    relay.start(early)
  }

  acceptTest(exchange: Exchange): void {
    const grip = !exchange.passThrough
    const extensions = grip ? ['Sec-WebSocket-Extensions', 'grip'] : []
    const headers = ['Sec-WebSocket-Accept', acceptOf(exchange), ...extensions]
    const backend = connectTestBackend(exchange.facts.target, grip, this.#options.maxMessage)
    this.accept(exchange, { code: 101, reason: '', headers }, backend)
  }

  openOverHttp(_exchange: Exchange, _request: OutgoingRequest, unreachable: () => void): void {
    unreachable()
  }

  #open(
    exchange: Exchange,
    reason: string,
    headers: RawHeaders,
  ): { client: Peer; hold: WebSocketHold; early: Buffer[] } {
    const offers = String(exchange.req.headers['sec-websocket-extensions'] ?? '')
    const deflate = this.#options.compress ? negotiateDeflate(offers) : undefined
    const extensions = deflate === undefined ? [] : ['Sec-WebSocket-Extensions', deflate]
    const early = this.#switch(exchange, reason, [...headers, ...extensions])
    const rules = deflate === undefined ? this.#clientRules.plain : this.#clientRules.deflate
    const client = new Peer(exchange.req.socket, rules)
    const hold = new WebSocketHold(exchange.facts, client, exchange.tried?.subs ?? [], this.#context)
    return { client, hold, early }
  }

  #switch(exchange: Exchange, reason: string, headers: RawHeaders): Buffer[] {
    this.#events.opened(exchange)
    exchange.onClose = undefined
    const upgrade = ['Upgrade', 'websocket', 'Connection', 'Upgrade']
    return (exchange.res as UpgradeResponse).switchProtocols(reason, [...upgrade, ...headers])
  }
}

function withoutExtensions(headers: RawHeaders): RawHeaders {
  return pairs(headers)
    .filter(([name]) => name.toLowerCase() !== 'sec-websocket-extensions')
    .flat()
}

/** RFC 6455 4.2.2 */
function acceptOf({ req }: Exchange): string {
  const key = String(req.headers['sec-websocket-key'])
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
