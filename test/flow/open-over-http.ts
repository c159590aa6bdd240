import type { Gateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { HandshakeOptions, WebSocketClient } from '../support/websocket-client.ts'
import type { EventRequest, WebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'

interface Options extends HandshakeOptions {
  readonly path?: string
  /** What the answer to the first request has behind its OPEN. */
  readonly events?: string
  /** Header lines of that answer. */
  readonly answer?: readonly string[]
}

export interface Opened {
  readonly client: WebSocketClient
  /** The first request, which has been answered. */
  readonly open: EventRequest
}

/** A WebSocket that is HTTP requests for the backend. */
export async function openOverHttp(
  gateway: Gateway,
  backend: WebSocketOverHttpBackend,
  { path = '/', events = '', answer = [], ...options }: Options = {},
): Promise<Opened> {
  const opening = openWebSocket(gateway.port, path, options)
  const open = await Promise.race([backend.next(), refused(opening)])
  open.answer(`OPEN\r\n${events}`, answer)
  return { client: await opening, open }
}

/** Never resolves; a handshake that fails before the backend has heard of it must not be waited for. */
function refused(opening: Promise<WebSocketClient>): Promise<never> {
  return new Promise((_resolve, reject) => void opening.catch(reject))
}
