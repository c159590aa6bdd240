import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { endAndLinger } from './linger.ts'
import { asksForWebSocket, hasBody } from './request-check.ts'

/**
 * A request that ends the HTTP of its connection only when it is a WebSocket handshake. Node stops reading requests at every
 * `Upgrade` as soon as one kind is wanted; a client that offers another one, as for HTTP/2, is answered in HTTP/1.1 (RFC 9110 7.8).
 */
export class ClientRequest extends IncomingMessage {
  #upgrade = false

  get upgrade(): boolean {
    return this.#upgrade && (this.method === 'CONNECT' || (asksForWebSocket(this) && !hasBody(this)))
  }

  set upgrade(value: boolean | null) {
    // The base class's constructor sets it before there is a place to keep it.
    if (value !== null) this.#upgrade = value
  }

  /** Offers protocols, none of which it gets. Of these requests Node loses what comes right behind them. */
  get offersInVain(): boolean {
    return this.#upgrade && !this.upgrade
  }
}

/**
 * Bytes a client may send before its handshake is answered. One that sends more is cut: it may not send any (RFC 6455 4.1), and if they
 * waited in the system instead, nobody would notice when it leaves.
 */
const EARLY_LIMIT = 65_536

/** The answer to a WebSocket handshake: a response like any other, after which the connection ends, or the switch of protocols. */
export class UpgradeResponse extends ServerResponse {
  readonly #socket: Socket
  readonly #early: Buffer[] = []
  #earlyBytes = 0
  readonly #onData = (bytes: Buffer): void => {
    // Refused: no WebSocket will want it.
    if (this.headersSent) return
    this.#early.push(bytes)
    this.#earlyBytes += bytes.length
    if (this.#earlyBytes > EARLY_LIMIT) this.#socket.destroy()
  }
  // Only a connection that is read shows that its client has left.
  readonly #onEnd = (): void => void this.#socket.destroy()
  readonly #onDrain = (): void => void this.emit('drain')

  /** @param head what came behind the request. */
  constructor(req: IncomingMessage, socket: Socket, head: Buffer) {
    super(req)
    this.#socket = socket
    this.shouldKeepAlive = false
    socket.on('error', this.#onEnd)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('data', this.#onData)
    if (head.length > 0) this.#onData(head)
    this.assignSocket(socket)
    this.once('finish', () => endAndLinger(socket))
  }

  /** Lets go of the connection, which is the caller's from now on. @returns what the client has sent since its handshake. */
  release(): readonly Buffer[] {
    const socket = this.#socket
    this.detachSocket(socket)
    socket.removeListener('error', this.#onEnd)
    socket.removeListener('end', this.#onEnd)
    socket.removeListener('drain', this.#onDrain)
    socket.removeListener('data', this.#onData)
    return this.#early
  }

  /** RFC 9110 15.2.2; also releases the connection. */
  switchProtocols(reason: string, headers: RawHeaders): readonly Buffer[] {
    const early = this.release()
    let head = `HTTP/1.1 101 ${reason || 'Switching Protocols'}\r\n`
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
    this.#socket.write(`${head}\r\n`, 'latin1')
    return early
  }
}
