import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import { Server } from 'socket.io'
import { MAX_MESSAGE } from '../limits.ts'
import type { SessionContext } from '../session.ts'
import { CurrentSession } from './current-session.ts'

/** Milliseconds from the transport's connection to that of Socket.IO. */
const CONNECT_TIMEOUT = 10_000

/** Requests of clients of Engine.IO 4, by which Socket.IO 3 and later connect. */
export class CurrentTransport {
  /** Never listens: it is given what came to the door's port. */
  readonly #entrance = createServer()
  readonly #server: Server

  /** @param maxClients of these, and of all the door's sessions together */
  constructor(context: SessionContext, maxClients: number) {
    const hasRoom = (): boolean => Math.max(context.sessions.size, this.#server.engine.clientsCount) < maxClients
    this.#server = new Server(this.#entrance, {
      path: '/socket.io/',
      serveClient: false,
      cors: { origin: '*' },
      maxHttpBufferSize: MAX_MESSAGE,
      connectTimeout: CONNECT_TIMEOUT,
      perMessageDeflate: false,
      httpCompression: false,
      allowRequest: (_req, done) => done(undefined, hasRoom()),
    })
    this.#server.on('connection', (socket) => new CurrentSession(context, socket))
  }

  request(req: IncomingMessage, res: ServerResponse): void {
    this.#entrance.emit('request', req, res)
  }

  upgrade(req: IncomingMessage, socket: NetSocket, head: Buffer): void {
    this.#entrance.emit('upgrade', req, socket, head)
  }

  close(): void {
    void this.#server.close()
  }
}
