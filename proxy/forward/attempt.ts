import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { toWire } from '../../shared/grip/wire-text.ts'
import type { Target } from '../choose/route.ts'
import type { SideTraffic, Traffic } from '../observe/traffic.ts'
import type { Backend, BackendConnection } from './backend.ts'
import type { Flow, ResponseHead, ResponseSink } from './origin-response.ts'
import { BlockedAddress } from './outbound-policy.ts'
import type { RawHeaders } from './raw-headers.ts'

/** The body of a request, which may have to be sent more than once. */
export interface OutgoingBody {
  readonly hasBeenRead: boolean
  readonly isTooLargeToKeep: boolean
  /** The body from its beginning. @param server counts what is read of it, if it is read piece by piece */
  open(server?: SideTraffic): Readable | Buffer
}

/** What an attempt needs to send. */
export interface OutgoingRequest {
  readonly method: string
  readonly path: string
  readonly headers: RawHeaders
  readonly body: OutgoingBody | undefined
  readonly target: Target
  /** TLS name; undefined without TLS. */
  readonly servername: string | undefined
  /** Where what passes for it is counted. */
  readonly traffic: Traffic
}

/** Why an attempt gave no response. */
export type Failure =
  /** The target could not be reached: nothing was sent, another one may be tried (GRIP 1.7). */
  | 'unreachable'
  /** A connection kept from an earlier request was closed by the backend just then, before it answered a byte. */
  | 'stale'
  /** Of a zhttp service only: it was silent for too long, wants to know how long the body is, or may not connect to the origin (GRIP 2.10). */
  | 'timeout'
  | 'length required'
  | 'refused by policy'
  | 'failed'

/** A try to get a response from a target. */
export interface Sending {
  send(): void
  /** Nobody waits for the answer any more. */
  abort(): void
}

/** Methods whose repetition does no harm (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** Who waits for the answer. */
export interface AttemptOwner {
  /** Nobody waits any more. */
  isOver(): boolean
  /** @returns what takes the response. */
  onHead(head: ResponseHead, flow: Flow): ResponseSink
  /** @param cause as the connection tells it, if there was one. */
  onFailure(failure: Failure, cause?: NodeJS.ErrnoException): void
  /** RFC 8297: the final response follows. */
  onEarlyHints?(headers: RawHeaders): void
  /** For an owner that wants a WebSocket: the backend has switched protocols, and the connection is the owner's. */
  onUpgrade?(head: ResponseHead, socket: Socket): void
}

const IGNORE: ResponseSink = { data() {}, end() {}, fail() {} }

/** One try to get a response from one target; hands it to a sink that its owner chooses. */
export class Attempt implements Dispatcher.DispatchHandler, Flow, Sending {
  readonly #owner: AttemptOwner
  readonly #backend: Backend
  readonly #request: OutgoingRequest
  readonly #connection: BackendConnection
  #controller: Dispatcher.DispatchController | undefined
  #sink: ResponseSink | undefined
  #body: Readable | Buffer | undefined
  #reused = false
  #over = false

  constructor(backend: Backend, request: OutgoingRequest, owner: AttemptOwner) {
    this.#backend = backend
    this.#request = request
    this.#owner = owner
    this.#connection = backend.take(request.servername)
  }

  send(): void {
    const { method, path, headers, body, servername, traffic } = this.#request
    this.#body = body?.open(traffic.server)
    // undici takes a servername, though its types do not say so.
    const options: Dispatcher.DispatchOptions & { servername: string | undefined } = {
      path,
      method,
      headers,
      body: this.#body ?? null,
      servername,
      upgrade: this.#owner.onUpgrade === undefined ? null : 'websocket',
    }
    this.#connection.client.dispatch(options, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection.awaitsHead = true
    this.#connection.hasAnswered = false
    this.#reused = this.#connection.served > 0
    if (this.#owner.isOver()) this.abort()
    else this.#countRequest()
  }

  onResponseStart(controller: Dispatcher.DispatchController, code: number, _headers: unknown, reason = ''): void {
    const headers = decodeHeaders(controller.rawHeaders as Buffer[])
    if (code < 200) {
      if (code === 103) this.#owner.onEarlyHints?.(headers)
      // Without the headers that belong to it, or unasked: nothing more of HTTP would follow.
      if (code === 101) this.abort()
      return
    }
    this.#connection.awaitsHead = false
    // undici reads the phrase as UTF-8.
    const phrase = toWire(reason)
    this.#request.traffic.serverResponse(phrase, headers)
    this.#sink = this.#owner.onHead({ code, reason: phrase, headers }, this)
    if (code !== 204 && code !== 304) return
    // Complete with its head; a length in it is that of another response, for which undici waits in vain (RFC 9110 8.6).
    this.#sink.end([])
    this.#sink = IGNORE
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, code: number, _headers: unknown, socket: Duplex): void {
    this.#connection.awaitsHead = false
    const headers = decodeHeaders(controller.rawHeaders as Buffer[])
    this.#finish()
    this.#request.traffic.serverResponse('Switching Protocols', headers)
    if (this.#owner.isOver() || this.#owner.onUpgrade === undefined) socket.destroy()
    else this.#owner.onUpgrade({ code, reason: 'Switching Protocols', headers }, socket as Socket)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#request.traffic.server.contentReceived += chunk.length
    this.#sink?.data(chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#connection.served++
    this.#finish()
    this.#sink?.end(decodeHeaders((controller.rawTrailers ?? []) as Buffer[]))
  }

  onResponseError(_controller: unknown, cause: Error): void {
    const reached = this.#controller !== undefined
    this.#finish()
    if (this.#sink !== undefined) this.#sink.fail()
    else if (cause instanceof BlockedAddress) this.#owner.onFailure('refused by policy', cause)
    else if (!reached) this.#owner.onFailure('unreachable', cause)
    else this.#owner.onFailure(this.#isStale() ? 'stale' : 'failed', cause)
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
    return IDEMPOTENT.has(this.#request.method) && body?.isTooLargeToKeep !== true
  }

  #countRequest(): void {
    const { method, path, headers, traffic } = this.#request
    const body = this.#body
    // A WebSocket over HTTP keeps its last attempt for long.
    this.#body = undefined
    if (Buffer.isBuffer(body)) traffic.server.contentSent += body.length
    if (!traffic.isWatched) return
    const isUpgrade = this.#owner.onUpgrade !== undefined
    traffic.serverRequest(method, path, [...headers, ...addedHeaders(method, isUpgrade, headers, body)])
  }

  #finish(): void {
    this.#over = true
    this.#backend.give(this.#connection)
  }
}

/** What undici writes beside the headers it is given. */
function addedHeaders(
  method: string,
  isUpgrade: boolean,
  headers: RawHeaders,
  body: Readable | Buffer | undefined,
): RawHeaders {
  if (isUpgrade) return ['connection', 'upgrade', 'upgrade', 'websocket']
  const added = ['connection', method === 'HEAD' ? 'close' : 'keep-alive']
  if (body === undefined || headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length'))
    return added
  if (Buffer.isBuffer(body)) return [...added, 'content-length', String(body.length)]
  return [...added, 'transfer-encoding', 'chunked']
}

function decodeHeaders(raw: readonly Buffer[]): RawHeaders {
  return raw.map((bytes) => bytes.toString('latin1'))
}
