import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Exchange } from '../accept/exchange.ts'
import type { RequestFacts } from '../accept/exchange.ts'
import { ClientRequest, UpgradeResponse } from '../accept/upgrade.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { memorySockets } from './memory-socket.ts'

/** What came of a handshake. */
export interface HandshakeEvents {
  /** @param socket the client's end @param head what has come on it behind the response */
  opened(response: IncomingMessage, socket: Socket, head: Buffer): void
  refused(response: IncomingMessage): void
  /** Neither: the connection was cut. */
  failed(): void
}

/** The handshake under way, or the WebSocket that has come of it. */
export interface InnerHandshake {
  /** Cuts the connection. */
  destroy(): void
}

/**
 * WebSocket clients within this process, for protocols that bring messages in other ways than frames: each has a connection in memory whose
 * other end is handled as if a client had connected to the worker.
 */
export class InnerClients {
  readonly #facts = new WeakMap<Socket, RequestFacts>()
  readonly #server
  readonly #forward: (exchange: Exchange) => void

  /** @param forward gets each client's handshake @param maxHeaderSize bytes */
  constructor(forward: (exchange: Exchange) => void, maxHeaderSize: number) {
    this.#forward = forward
    this.#server = createServer({ IncomingMessage: ClientRequest, maxHeaderSize, requireHostHeader: false })
    this.#server.maxHeadersCount = 0
    this.#server.on('upgrade', (req, socket, head) => this.#serve(req, socket as Socket, head))
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  /**
   * Shakes hands on behalf of a client's request, with that one's headers.
   *
   * @param target path and query of the WebSocket
   */
  connect(from: Exchange, target: string, events: HandshakeEvents): InnerHandshake {
    const [near, far] = memorySockets(from.req.socket.remoteAddress)
    const scheme = from.facts.scheme === 'https' || from.facts.scheme === 'wss' ? 'wss' : 'ws'
    this.#facts.set(near, { ...from.facts, id: randomUUID(), scheme, target })
    const handshake = request({
      // The target is in the facts.
      path: '/',
      headers: handshakeHeaders(from),
      createConnection: () => far,
    })
    handshake.on('upgrade', (response, socket: Socket, head) => events.opened(response, socket, head))
    handshake.on('response', (response) => events.refused(response))
    handshake.on('error', () => events.failed())
    handshake.end()
    this.#server.emit('connection', near)
    return far
  }

  #serve(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const facts = this.#facts.get(socket)
    if (facts === undefined) socket.destroy()
    else this.#forward(new Exchange(facts, req, new UpgradeResponse(req, socket, head), undefined))
  }
}

/** The handshake has no body, and compression would be undone within the process. */
const LEFT_OUT = /^(?:content-length|transfer-encoding|expect|upgrade|sec-websocket-extensions)$/i
const OF_HANDSHAKES = /^sec-websocket-/i

function handshakeHeaders({ req, isWebSocket }: Exchange): RawHeaders {
  const headers: RawHeaders = []
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i] as string
    // What else a Connection header names is still to be left out by whoever forwards the handshake.
    if (LEFT_OUT.test(name) || (!isWebSocket && OF_HANDSHAKES.test(name))) continue
    headers.push(name, req.rawHeaders[i + 1] as string)
  }
  headers.push('Upgrade', 'websocket', 'Connection', 'Upgrade')
  if (isWebSocket) return headers
  const key = randomBytes(16).toString('base64')
  return [...headers, 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', key]
}
