import type { Socket } from 'node:net'
import { errors } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { UpgradeResponse } from '../accept/upgrade.ts'
import type { OutgoingRequest } from '../forward/attempt.ts'
import type { ForwardContext, WebSockets } from '../forward/forward.ts'
import type { ResponseHead } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import { ClientFrames } from '../observe/client-frames.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { freshSignature } from '../forward/request-headers.ts'
import { responseHeaders } from '../forward/response-headers.ts'
import { sendError } from '../send/send-error.ts'
import { acceptKey } from './accept-key.ts'
import type { FrameRules } from './frames/frame-rules.ts'
import { negotiateDeflate } from './frames/negotiate-deflate.ts'
import { messagePrefix } from './grip-message.ts'
import { EventRequests } from './over-http/event-requests.ts'
import type { WebSocketEvent } from './over-http/event.ts'
import { HttpSession } from './over-http/http-session.ts'
import { openSession } from './over-http/open-session.ts'
import { passedExtension } from './over-http/passed-extension.ts'
import { handshakeHeaders } from './over-http/response-fields.ts'
import { Peer } from './peer.ts'
import { Relay } from './relay.ts'
import { connectTestBackend, isTestWebSocket, NO_TEST_RESOURCE } from './test-backend.ts'
import { tunnel } from './tunnel.ts'
import { WebSocketHold } from './web-socket-hold.ts'
import type { WebSocketContext } from './web-socket-context.ts'

export interface WebSocketOptions {
  readonly forward: Pick<ForwardContext, 'options' | 'attempts' | 'answered'>
  /** Bytes of a client's or a backend's message. */
  readonly maxMessage: number
  /** Clients that offer `permessage-deflate` get it. */
  readonly compress: boolean
}

export interface WebSocketEvents {
  /** For the access log: the client's connection is a WebSocket now. */
  opened(exchange: Exchange): void
  readonly debug: (message: string) => void
}

/** Acts on what backends answer to WebSocket handshakes (GRIP 7.1). */
export class WebSocketAcceptor implements WebSockets {
  readonly #context: WebSocketContext
  readonly #options: WebSocketOptions
  readonly #events: WebSocketEvents
  readonly #backend: Readonly<Record<'plain' | 'deflate', FrameRules>>
  readonly #client: Readonly<Record<'plain' | 'deflate', FrameRules>>
  /** Of a backend that is spoken to over HTTP. */
  readonly #httpClient: Readonly<Record<'plain' | 'deflate', FrameRules>>

  constructor(context: WebSocketContext, options: WebSocketOptions, events: WebSocketEvents) {
    this.#context = context
    this.#options = options
    this.#events = events
    const { maxMessage } = options
    this.#backend = rulesOf(false, maxMessage)
    this.#client = rulesOf(true, maxMessage)
    this.#httpClient = rulesOf(true, Math.min(maxMessage, COLLECTED_MESSAGE))
  }

  accept(exchange: Exchange, { reason, headers }: ResponseHead, backend: Socket): void {
    if (firstValue(headers, 'sec-websocket-accept') !== acceptOf(exchange)) {
      // Something that knows nothing of WebSockets; the client would say so too, but not where it came from.
      backend.destroy()
      sendError(exchange, errors.originFailed)
      return
    }
    const prefix = exchange.passThrough ? undefined : messagePrefix(pairs(headers))
    const subs = exchange.tried?.subs ?? []
    const { traffic } = exchange.facts
    const kept = responseHeaders(101, headers, false)
    const shown = exchange.passThrough ? kept : withoutExtensions(kept)
    if (prefix === undefined && subs.length === 0) {
      const early = this.#switch(exchange, reason, shown)
      tunnel(exchange.req.socket, early, backend, traffic)
      return
    }
    // What client and backend have agreed upon between themselves passes, compressed or not.
    const rules = exchange.passThrough ? { ...this.#client, plain: this.#client.deflate } : this.#client
    const { client, hold, early } = this.#open(exchange, reason, shown, rules)
    const backendRules = exchange.passThrough ? this.#backend.deflate : this.#backend.plain
    const counter = exchange.tried?.kind === 'test' ? undefined : traffic.server
    const relay = new Relay({
      client,
      backend: new Peer(backend, backendRules, counter),
      hold,
      messagePrefix: prefix,
      maxMessage: this.#options.maxMessage,
      debug: this.#events.debug,
    })
    hold.start(relay)
    relay.start(early)
  }

  opened(exchange: Exchange): void {
    this.#events.opened(exchange)
  }

  acceptTest(exchange: Exchange): void {
    const { target, route } = exchange.facts
    if (!isTestWebSocket(target, route.pathBeg)) {
      sendError(exchange, NO_TEST_RESOURCE)
      return
    }
    const grip = !exchange.passThrough
    const extensions = grip ? ['Sec-WebSocket-Extensions', 'grip'] : []
    const headers = ['Sec-WebSocket-Accept', acceptOf(exchange), ...extensions]
    const backend = connectTestBackend(target, grip, this.#options.maxMessage)
    this.accept(exchange, { code: 101, reason: '', headers }, backend)
  }

  openOverHttp(exchange: Exchange, handshake: OutgoingRequest, unreachable: () => void): void {
    const { forward } = this.#options
    const requests = new EventRequests({
      attempts: forward.attempts,
      wheel: this.#context.wheel,
      handshake,
      connectionId: exchange.facts.id,
      gripSig: () => freshSignature(exchange, forward.options),
      answered: (milliseconds) => forward.answered(exchange, milliseconds),
    })
    openSession(exchange, requests, this.#context.wheel, {
      unreachable,
      opened: (head, events) => this.#startSession(exchange, requests, head, events),
    })
  }

  #startSession(
    exchange: Exchange,
    requests: EventRequests,
    head: ResponseHead,
    events: readonly WebSocketEvent[],
  ): void {
    const passed = exchange.passThrough ? passedExtension(exchange.req, head.headers) : []
    const headers = ['Sec-WebSocket-Accept', acceptOf(exchange), ...passed, ...handshakeHeaders(head.headers)]
    const { client, hold, early } = this.#open(exchange, '', headers, this.#httpClient)
    const session = new HttpSession({
      client,
      hold,
      requests,
      messagePrefix: exchange.passThrough ? undefined : messagePrefix(pairs(head.headers)),
      oneEvent: exchange.tried?.oneEvent === true,
      maxMessage: this.#httpClient.plain.maxMessage,
      wheel: this.#context.wheel,
      debug: this.#events.debug,
    })
    hold.start(session)
    session.start(head, events, early)
  }

  #open(
    exchange: Exchange,
    reason: string,
    headers: RawHeaders,
    rules: Readonly<Record<'plain' | 'deflate', FrameRules>>,
  ): { client: Peer; hold: WebSocketHold; early: readonly Buffer[] } {
    const offers = exchange.req.headers['sec-websocket-extensions'] ?? ''
    const compresses = this.#options.compress && !exchange.passThrough
    const deflate = compresses ? negotiateDeflate(offers) : undefined
    const extensions = deflate === undefined ? [] : ['Sec-WebSocket-Extensions', deflate]
    const early = this.#switch(exchange, reason, [...headers, ...extensions])
    const counter = new ClientFrames(exchange.facts.traffic)
    const client = new Peer(exchange.req.socket, deflate === undefined ? rules.plain : rules.deflate, counter)
    client.compresses = deflate !== undefined
    const hold = new WebSocketHold(exchange, client, this.#context)
    return { client, hold, early }
  }

  #switch(exchange: Exchange, reason: string, headers: RawHeaders): readonly Buffer[] {
    this.#events.opened(exchange)
    exchange.onClose = undefined
    const upgrade = ['Upgrade', 'websocket', 'Connection', 'Upgrade']
    const shown = [...upgrade, ...headers]
    exchange.facts.traffic.clientSwitched(reason || 'Switching Protocols', shown)
    return (exchange.res as UpgradeResponse).switchProtocols(reason, shown)
  }
}

/** Bytes of a message that has to be in memory as a whole before it can be posted. */
const COLLECTED_MESSAGE = 1_000_000

function rulesOf(masked: boolean, maxMessage: number): Readonly<Record<'plain' | 'deflate', FrameRules>> {
  return { plain: { masked, deflate: false, maxMessage }, deflate: { masked, deflate: true, maxMessage } }
}

function withoutExtensions(headers: RawHeaders): RawHeaders {
  return pairs(headers)
    .filter(([name]) => name.toLowerCase() !== 'sec-websocket-extensions')
    .flat()
}

function firstValue(headers: RawHeaders, lowerCaseName: string): string | undefined {
  return pairs(headers).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1]
}

function acceptOf({ req }: Exchange): string {
  return acceptKey(String(req.headers['sec-websocket-key']))
}
