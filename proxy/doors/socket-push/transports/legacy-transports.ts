import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError } from '../../../accept/answer.ts'
import type { UpgradeResponse } from '../../../accept/upgrade.ts'
import { acceptKey } from '../../../websocket/accept-key.ts'
import { errors } from '../errors.ts'
import { MAX_MESSAGE } from '../limits.ts'
import { readBody } from '../read-body.ts'
import { part, script } from '../rendering.ts'
import type { SessionContext } from '../session.ts'
import { newSessionId } from '../socket-io/session-id.ts'
import { readPacket } from '../socket-io/packet-reader.ts'
import { answer, answerWithPacket, answerWithScript, crossOrigin } from './poll-answers.ts'
import { PollingSession } from './polling-session.ts'
import { StreamingSession } from './streaming-session.ts'
import type { StreamForm } from './streaming-session.ts'
import { WebSocketSession } from './web-socket-session.ts'

const STREAMS: ReadonlyMap<string, StreamForm> = new Map([
  [
    'htmlfile',
    // Some browsers show nothing of a page before its first 256 bytes.
    {
      contentType: 'text/html; charset=UTF-8',
      opening: `<html><body>${' '.repeat(244)}`,
      wrap: script,
      render: 'script',
    },
  ],
  [
    'xhr-multipart',
    {
      contentType: 'multipart/x-mixed-replace;boundary="socketio"',
      opening: '--socketio\n',
      wrap: part,
      render: 'part',
    },
  ],
] as const)

/** Requests in `/socket.io/TRANSPORT/SESSIONID/...`, as clients of socket.io 0.6 make them. */
export class LegacyTransports {
  readonly #context: SessionContext
  /** Of the sessions that take several requests. */
  readonly #byId = new Map<string, PollingSession | StreamingSession>()

  readonly #maxClients: number

  /** @param maxClients of all transports together */
  constructor(context: SessionContext, maxClients: number) {
    this.#context = context
    this.#maxClients = maxClients
  }

  /** @param segments of the path behind `/socket.io/`. @returns false when there is no such transport. */
  request(segments: readonly string[], req: IncomingMessage, res: ServerResponse): boolean {
    const [transport = '', sessionId = ''] = segments
    const stream = STREAMS.get(transport)
    if (stream === undefined && transport !== 'xhr-polling' && transport !== 'jsonp-polling') return false
    if (req.method === 'OPTIONS') {
      res
        .writeHead(204, {
          ...crossOrigin(req),
          'Access-Control-Allow-Methods': 'GET, POST',
          'Access-Control-Allow-Headers': 'Content-Type',
        })
        .end()
      return true
    }
    const session = this.#byId.get(sessionId)
    // A client whose session is over must notice: to an answer it would come back at once.
    if (sessionId !== '' && session === undefined) req.socket.destroy()
    else if (req.method === 'POST' && session !== undefined) void this.#post(session, transport, req, res)
    else if (req.method !== 'GET') return false
    else if (sessionId === '' && this.#isFull) answerError(res, errors.tooManyClients)
    else if (stream !== undefined) this.#stream(stream, sessionId, req, res)
    else return this.#poll(session, transport, segments, res)
    return true
  }

  webSocket(req: IncomingMessage, res: UpgradeResponse): void {
    if (this.#isFull) {
      answerError(res, errors.tooManyClients)
      return
    }
    const accept = acceptKey(String(req.headers['sec-websocket-key']))
    const headers = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept]
    const early = res.switchProtocols('', headers)
    // oxlint-disable-next-line no-new -- it lives by its socket
    new WebSocketSession(this.#context, req.socket, early)
  }

  get #isFull(): boolean {
    return this.#context.sessions.size >= this.#maxClients
  }

  #stream(form: StreamForm, sessionId: string, req: IncomingMessage, res: ServerResponse): void {
    if (sessionId !== '') {
      req.socket.destroy()
      return
    }
    res.writeHead(200, { 'Content-Type': form.contentType, 'Cache-Control': 'no-store', ...crossOrigin(req) })
    const id = newSessionId()
    this.#byId.set(id, new StreamingSession(this.#context, id, res, form, () => this.#byId.delete(id)))
  }

  #poll(
    known: PollingSession | StreamingSession | undefined,
    transport: string,
    segments: readonly string[],
    res: ServerResponse,
  ): boolean {
    const index = segments.at(-1) ?? ''
    if (known instanceof StreamingSession) return false
    if (transport === 'jsonp-polling' && !/^\d{1,9}$/.test(index)) return false
    const session = known ?? this.#open()
    session.poll(res, transport === 'jsonp-polling' ? answerWithScript(index) : answerWithPacket)
    return true
  }

  #open(): PollingSession {
    const id = newSessionId()
    const session = new PollingSession(this.#context, id, () => this.#byId.delete(id))
    this.#byId.set(id, session)
    return session
  }

  async #post(
    session: PollingSession | StreamingSession,
    transport: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const body = await readBody(req, MAX_MESSAGE)
    const packet = new URLSearchParams(body ?? '').get('data') ?? ''
    // The form of jsonp-polling makes each line feed two characters, which the lengths do not count.
    const units =
      readPacket(packet) ?? (transport === 'jsonp-polling' ? readPacket(packet.replaceAll('\r\n', '\n')) : undefined)
    if (body === undefined || units === undefined) {
      const error = body === undefined ? errors.messageTooLarge : errors.notAPacket
      answerError(res, { ...error, headers: crossOrigin(req) })
      return
    }
    session.post(units)
    answer(res, 'ok', 'text/plain', crossOrigin(req))
  }
}
