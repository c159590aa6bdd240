import type { Settings } from '../../../shared/config/keys.ts'
import { errors } from '../../accept/errors.ts'
import { Exchange } from '../../accept/exchange.ts'
import type { TimerWheel } from '../../hold/timer-wheel.ts'
import type { Peers } from '../../peers/peers.ts'
import { answer, answerLine, refuse, TEXT } from './answer.ts'
import { callbackOf, withoutCallback } from './callback.ts'
import { closeFrame } from './frames.ts'
import { IframePage } from './iframe-page.ts'
import { info } from './info.ts'
import { payloadReader } from './payload.ts'
import { Poll, SESSION_TERMINATED } from './poll.ts'
import { backendTarget, sessionPath, sockJsPath } from './request-path.ts'
import type { SessionPath, SockJsPath } from './request-path.ts'
import { sentMessages } from './sent-messages.ts'
import { Sessions } from './sessions.ts'
import { Stream } from './stream.ts'
import { transportOf } from './transports/transport-of.ts'
import type { Transport } from './transports/transport.ts'

export interface SockJsContext {
  readonly wheel: TimerWheel
  readonly peers: Peers
  /** Sends a WebSocket's handshake to the backend. */
  readonly forward: (exchange: Exchange) => void
}

const IFRAME = /^\/iframe[^/]*\.html$/

/** Answers the requests below a route's SockJS prefix (GRIP 8.1). */
export class SockJs {
  readonly #context: SockJsContext
  readonly #page: IframePage
  readonly #sessions: Sessions

  constructor(settings: Settings, context: SockJsContext) {
    this.#context = context
    this.#page = new IframePage(settings.proxy.sockjs_url)
    this.#sessions = new Sessions(settings, context)
  }

  handle(exchange: Exchange): void {
    const { method } = exchange.req
    const path = sockJsPath(exchange.facts)
    if (exchange.isWebSocket) this.#webSocket(exchange, path)
    else if (method === 'OPTIONS') answer(exchange, 204, TEXT, '')
    else if (method === 'GET' && path.path === '/info') answerLine(exchange, 200, info())
    else if (method === 'GET' && IFRAME.test(path.path)) this.#page.answer(exchange)
    else this.#session(exchange, path)
  }

  #webSocket(exchange: Exchange, { path, query }: SockJsPath): void {
    const target = backendTarget(exchange.facts, query)
    if (path === '/websocket') {
      // This one's end is written to the log.
      exchange.isHeld = true
      this.#context.forward(new Exchange({ ...exchange.facts, target }, exchange.req, exchange.res, undefined))
    } else if (sessionPath(path) !== undefined) {
      this.#sessions.openFramed(exchange, target)
    } else {
      answerLine(exchange, 404)
    }
  }

  #session(exchange: Exchange, { path, query }: SockJsPath): void {
    const parts = sessionPath(path)
    const transport = parts && transportOf(parts.last)
    if (parts === undefined || (transport ?? payloadReader(parts.last)) === undefined) {
      answerLine(exchange, 404)
      return
    }
    const { peers } = this.#context
    if (peers.handOn(exchange, peers.ownerOf(parts.session), () => refuse(exchange, errors.workerUnavailable))) return
    void withBody(exchange, (body) => {
      if (transport === undefined) this.#send(exchange, parts, query, body)
      else this.#receive(exchange, parts, query, transport)
    })
  }

  #receive(exchange: Exchange, { session: name }: SessionPath, query: string, transport: Transport): void {
    const callback = transport.wantsCallback ? callbackOf(query) : ''
    if (callback === undefined) {
      answerLine(exchange, 400)
      return
    }
    const format = transport.format(callback)
    const Kind = transport.streams ? Stream : Poll
    const { route } = exchange.facts
    const session = this.#sessions.get(route, name)
    if (session !== undefined) {
      session.receive(new Kind(exchange, format, session))
    } else if (!transport.methods.includes(exchange.req.method ?? '')) {
      answerLine(exchange, 404)
    } else if (this.#sessions.isFull) {
      refuse(exchange, errors.tooManySessions)
    } else {
      const target = backendTarget(exchange.facts, transport.wantsCallback ? withoutCallback(query) : query)
      this.#sessions.open(exchange, name, target, (session) => new Kind(exchange, format, session))
    }
  }

  #send(exchange: Exchange, { session: name, last }: SessionPath, query: string, body: Buffer): void {
    const session = this.#sessions.get(exchange.facts.route, name)
    if (session?.isOpen !== true) {
      answerLine(exchange, 404)
    } else if (session.closing !== undefined) {
      answerLine(exchange, 200, closeFrame(session.closing))
    } else if (session.isSending) {
      answerLine(exchange, 400, 'Already sending')
    } else {
      const messages = sentMessages(payloadReader(last)?.(body, query) ?? '')
      if (typeof messages === 'string') {
        answerLine(exchange, 400, messages)
        return
      }
      session.send(messages, (taken) => {
        if (taken) answer(exchange, 200, TEXT, 'ok')
        else answerLine(exchange, 410, SESSION_TERMINATED)
      })
    }
  }
}

/** Calls `then` with the body of the request, unless that is too large or its client leaves. */
async function withBody(exchange: Exchange, then: (body: Buffer) => void): Promise<void> {
  let body: Buffer | undefined = Buffer.alloc(0)
  try {
    if (exchange.body !== undefined) body = await exchange.body.read()
  } catch {
    return
  }
  if (body === undefined) answerLine(exchange, 400, 'Request too large.')
  else if (!exchange.over) then(body)
}
