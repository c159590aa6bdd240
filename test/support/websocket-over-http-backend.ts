import type { Socket } from 'node:net'
import { startBackend } from './recording-backend.ts'
import type { RecordedRequest, RecordingBackend } from './recording-backend.ts'
import { until } from './until.ts'

export const EVENTS = 'Content-Type: application/websocket-events'

/** A POST with WebSocket events; stays unanswered until the test answers it. */
export class EventRequest {
  readonly request: RecordedRequest
  readonly #socket: Socket
  #answered = false

  constructor(request: RecordedRequest, socket: Socket) {
    this.request = request
    this.#socket = socket
  }

  /** The events, as bytes. */
  get body(): string {
    return this.request.body
  }

  /** The events, each in a line: `OPEN`, `TEXT hello`. */
  get events(): string[] {
    return readEvents(this.body)
  }

  get answered(): boolean {
    return this.#answered
  }

  /** The header's only value; undefined when there is none, or more than one. */
  value(name: string): string | undefined {
    const values = this.request.values(name)
    return values.length === 1 ? values[0] : undefined
  }

  /** Answers with events, and more header lines. */
  answer(events = '', headers: readonly string[] = []): void {
    const lines = ['HTTP/1.1 200 OK', EVENTS, ...headers, `Content-Length: ${events.length}`]
    this.answerBytes(`${lines.join('\r\n')}\r\n\r\n${events}`)
  }

  answerBytes(bytes: string): void {
    this.#answered = true
    this.#socket.write(bytes, 'latin1')
  }

  /** Cuts its connection instead of answering. */
  cut(): void {
    this.#answered = true
    this.#socket.destroy()
  }
}

/** Answers a request, or leaves it to the test. */
export type EventHandler = (request: EventRequest) => void

/** An HTTP server behind WebSockets that speak HTTP to it. */
export class WebSocketOverHttpBackend {
  readonly requests: EventRequest[] = []
  readonly #backend: RecordingBackend
  #handler: EventHandler = () => {}
  #taken = 0
  /** Ids of connections of tests that are over. */
  readonly #former = new Set<string>()

  constructor(backend: RecordingBackend) {
    this.#backend = backend
    this.reset()
  }

  get port(): number {
    return this.#backend.port
  }

  /** From now on, requests are given to this when they come. `next` still returns them all. */
  handle(handler: EventHandler): void {
    this.#handler = handler
  }

  /** The next request that no call has returned yet. */
  async next(): Promise<EventRequest> {
    const at = this.#taken++
    await until(
      () => this.requests.length > at,
      () => `request ${at} with events; came: ${JSON.stringify(this.requests.map(({ body }) => body))}`,
    )
    return this.requests[at] as EventRequest
  }

  /**
   * Forgets everything, and leaves new requests unanswered, for the next test. Connections of the test before end with their
   * next request, so that none of what they say later is taken for something of the next test.
   */
  reset(): void {
    for (const request of this.requests) {
      this.#former.add(request.value('connection-id') ?? '')
      if (!request.answered) request.answer('DISCONNECT\r\n')
    }
    this.requests.length = 0
    this.#taken = 0
    this.#handler = () => {}
    this.#backend.script = { whole: (socket, request) => this.#take(new EventRequest(request, socket)) }
  }

  stop(): Promise<void> {
    return this.#backend.stop()
  }

  #take(request: EventRequest): void {
    const id = request.value('connection-id')
    if (id !== undefined && this.#former.has(id)) {
      request.answer('DISCONNECT\r\n')
      return
    }
    this.requests.push(request)
    this.#handler(request)
  }
}

export async function startWebSocketOverHttpBackend(port?: number): Promise<WebSocketOverHttpBackend> {
  return new WebSocketOverHttpBackend(await startBackend(port))
}

/** One event, each byte a character. */
export function event(type: string, content?: string): string {
  return content === undefined ? `${type}\r\n` : `${type} ${content.length.toString(16)}\r\n${content}\r\n`
}

/** Strict: what is no event fails the test. */
function readEvents(body: string): string[] {
  const events: string[] = []
  let at = 0
  while (at < body.length) {
    const end = body.indexOf('\r\n', at)
    const [, type = '', size] = /^([A-Z]+)(?: ([0-9a-f]+))?$/.exec(body.slice(at, end)) ?? []
    if (type === '') throw new Error(`not an event: ${JSON.stringify(body.slice(at, at + 100))}`)
    at = end + 2
    if (size === undefined) {
      events.push(type)
      continue
    }
    const content = body.slice(at, at + Number.parseInt(size, 16))
    at += content.length
    if (body.slice(at, at + 2) !== '\r\n') throw new Error(`${type} of ${content.length} bytes does not end there`)
    events.push(`${type} ${content}`)
    at += 2
  }
  return events
}
