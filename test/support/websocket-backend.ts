import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { readHead, valuesOf } from './http-message.ts'
import { until } from './until.ts'
import { WebSocketPeer } from './websocket-peer.ts'

/** Turns GRIP on; what the gateway is to take its prefix from can follow. */
export const GRIP = 'Sec-WebSocket-Extensions: grip'

/** The backend's end of one connection, from the handshake as it came to the last frame. */
export class BackendWebSocket extends WebSocketPeer {
  /** Request line. */
  readonly line: string
  /** Header lines. */
  readonly headers: readonly string[]
  /** Every byte of the handshake. */
  readonly bytes: string

  constructor(socket: Socket, bytes: string, line: string, headers: readonly string[]) {
    super(socket)
    this.bytes = bytes
    this.line = line
    this.headers = headers
  }

  values(name: string): string[] {
    return valuesOf(this.headers, name)
  }

  /** The 101 to this handshake, with more header lines. */
  acceptance(headers: readonly string[] = []): string {
    const [key = ''] = this.values('sec-websocket-key')
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptOf(key)}`,
      ...headers,
    ]
    return `${lines.join('\r\n')}\r\n\r\n`
  }

  /** Sends a control message to the gateway. */
  control(message: object): void {
    this.sendText(`c:${JSON.stringify(message)}`)
  }
}

/** Answers a handshake. */
export type Answerer = (connection: BackendWebSocket) => void

/** A WebSocket server that keeps the exact bytes of handshakes and frames, and does nothing that the test does not say. */
export class WebSocketBackend {
  readonly connections: BackendWebSocket[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #answer: Answerer = accepting([])
  #taken = 0

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#serve(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From now on, handshakes get a 101 with these header lines, and after it the frames. */
  accept(headers: readonly string[] = [], frames?: (connection: BackendWebSocket) => void): void {
    this.#answer = accepting(headers, frames)
  }

  /** From now on, handshakes get these bytes. */
  answer(bytes: string): void {
    this.#answer = ({ socket }) => void socket.write(bytes, 'latin1')
  }

  /** From now on, this is done with handshakes. */
  answerWith(answerer: Answerer): void {
    this.#answer = answerer
  }

  /** The next connection that no call has returned yet; its handshake has been read. */
  async next(): Promise<BackendWebSocket> {
    const at = this.#taken++
    await until(
      () => this.connections.length > at,
      () => `connection ${at} to the WebSocket backend`,
    )
    return this.connections[at] as BackendWebSocket
  }

  /** Cuts all connections, and answers as at the start, for the next test. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.connections.length = 0
    this.#taken = 0
    this.#answer = accepting([])
  }

  async stop(): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    let pending: Buffer = Buffer.of()
    let connection: BackendWebSocket | undefined
    socket.on('data', (piece: Buffer) => {
      if (connection !== undefined) {
        connection.read(piece)
        return
      }
      pending = Buffer.concat([pending, piece])
      const text = pending.toString('latin1')
      const head = readHead(text)
      if (head === undefined) return
      connection = new BackendWebSocket(socket, text.slice(0, head.length), head.line, head.headers)
      this.connections.push(connection)
      this.#answer(connection)
      connection.read(pending.subarray(head.length))
    })
  }
}

export async function startWebSocketBackend(port = 0): Promise<WebSocketBackend> {
  const server = createServer({ allowHalfOpen: false }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return new WebSocketBackend(server)
}

function accepting(headers: readonly string[], frames?: (connection: BackendWebSocket) => void): Answerer {
  return (connection) => {
    connection.socket.write(connection.acceptance(headers), 'latin1')
    frames?.(connection)
  }
}

/** RFC 6455 4.2.2. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
