import type { Dispatcher } from 'undici'
import { toWire } from '../../shared/grip/wire-text.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Target } from '../choose/route.ts'
import type { Backend, BackendConnection } from './backend.ts'
import type { Flow, ResponseHead, ResponseSink } from './origin-response.ts'
import type { RawHeaders } from './raw-headers.ts'
import { responseHeaders } from './response-headers.ts'
import type { RequestBody } from './request-body.ts'

/** What an attempt needs to send. */
export interface OutgoingRequest {
  readonly path: string
  readonly headers: RawHeaders
  readonly body: RequestBody | undefined
  readonly target: Target
  /** TLS name; undefined without TLS. */
  readonly servername: string | undefined
}

/** Why an attempt gave no response. */
export type Failure =
  /** The target could not be reached: nothing was sent, another one may be tried (GRIP 1.7). */
  | 'unreachable'
  /** A connection kept from an earlier request was closed by the backend just then, before it answered a byte. */
  | 'stale'
  | 'failed'

/** Methods whose repetition does no harm (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

const IGNORE: ResponseSink = { data() {}, end() {}, fail() {} }

/** One try to get a response from one target; hands it to a sink that `onHead` chooses. */
export class Attempt implements Dispatcher.DispatchHandler, Flow {
  readonly #exchange: Exchange
  readonly #backend: Backend
  readonly #request: OutgoingRequest
  readonly #connection: BackendConnection
  readonly #onHead: (head: ResponseHead, flow: Flow) => ResponseSink
  readonly #onFailure: (failure: Failure) => void
  #controller: Dispatcher.DispatchController | undefined
  #sink: ResponseSink | undefined
  #reused = false
  #over = false

  constructor(
    exchange: Exchange,
    backend: Backend,
    request: OutgoingRequest,
    onHead: (head: ResponseHead, flow: Flow) => ResponseSink,
    onFailure: (failure: Failure) => void,
  ) {
    this.#exchange = exchange
    this.#backend = backend
    this.#request = request
    this.#connection = backend.take(request.servername)
    this.#onHead = onHead
    this.#onFailure = onFailure
  }

  send(): void {
    const { path, headers, body, servername } = this.#request
    // undici takes a servername, though its types do not say so.
    const options: Dispatcher.DispatchOptions & { servername: string | undefined } = {
      path,
      method: this.#exchange.req.method as Dispatcher.HttpMethod,
      headers,
      body: body?.open() ?? null,
      servername,
    }
    this.#connection.client.dispatch(options, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection.awaitsHead = true
    this.#connection.hasAnswered = false
    this.#reused = this.#connection.served > 0
    if (this.#exchange.over) this.abort()
  }

  onResponseStart(controller: Dispatcher.DispatchController, code: number, _headers: unknown, reason = ''): void {
    const headers = decodeHeaders(controller.rawHeaders as Buffer[])
    if (code < 200) {
      if (code === 103) this.#relayEarlyHints(headers)
      return
    }
    this.#connection.awaitsHead = false
    // undici reads the phrase as UTF-8.
    this.#sink = this.#onHead({ code, reason: toWire(reason), headers }, this)
    if (code !== 204 && code !== 304) return
    // Complete with its head; a length in it is that of another response, for which undici waits in vain (RFC 9110 8.6).
    this.#sink.end([])
    this.#sink = IGNORE
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#sink?.data(chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#connection.served++
    this.#finish()
    this.#sink?.end(decodeHeaders((controller.rawTrailers ?? []) as Buffer[]))
  }

  onResponseError(): void {
    const reached = this.#controller !== undefined
    this.#finish()
    if (this.#sink !== undefined) this.#sink.fail()
    else if (!reached) this.#onFailure('unreachable')
    else this.#onFailure(this.#isStale() ? 'stale' : 'failed')
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (!this.#over) this.#controller?.abort(new Error('client left'))
  }

  /** Whether the request can be sent again without harm: nothing of it arrived, or it may arrive twice (RFC 9110 9.2.2). */
  #isStale(): boolean {
    if (!this.#reused || this.#connection.hasAnswered) return false
    const { body } = this.#request
    if (body !== undefined && !body.hasBeenRead) return true
    return IDEMPOTENT.has(this.#exchange.req.method ?? '') && body?.isTooLargeToKeep !== true
  }

  #finish(): void {
    this.#over = true
    this.#backend.give(this.#connection)
  }

  /** RFC 8297: the final response follows on the same connection. */
  #relayEarlyHints(headers: RawHeaders): void {
    const { req, res } = this.#exchange
    if (req.httpVersionMinor === 0 || res.headersSent) return
    let head = 'HTTP/1.1 103 Early Hints\r\n'
    const kept = responseHeaders(103, headers, false)
    for (let i = 0; i < kept.length; i += 2) head += `${kept[i]}: ${kept[i + 1]}\r\n`
    req.socket.write(`${head}\r\n`, 'latin1')
  }
}

function decodeHeaders(raw: readonly Buffer[]): RawHeaders {
  return raw.map((bytes) => bytes.toString('latin1'))
}
