import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { framingOf, readBody, readHead, valuesOf } from './http-message.ts'
import { until } from './until.ts'

/** A request as the backend got it, byte for byte. */
export interface RecordedRequest {
  /** Number of the connection it came on, from 0. */
  readonly connection: number
  /** Request line. */
  readonly line: string
  /** Header lines. */
  readonly headers: readonly string[]
  /** Without its framing. */
  readonly body: string
  readonly bytes: string
  values(name: string): string[]
}

/** What the backend does with requests: sends bytes for each whole one, or what the functions say. */
export interface Script {
  /** As soon as the head is complete; `request.body` is empty then. */
  head?(socket: Socket, request: RecordedRequest): void
  /** When the body is complete, too. */
  whole?(socket: Socket, request: RecordedRequest): void
  /** Every piece as it comes. Nothing is recorded then, and nothing else of the script is done. */
  bytes?(socket: Socket, piece: string): void
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A server that keeps the exact bytes of what it gets and answers what the test says. */
export class RecordingBackend {
  readonly requests: RecordedRequest[] = []
  /** All bytes of each connection. */
  readonly received: string[] = []
  script: Script = answering(OK)
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #taken = 0

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#serve(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.received.length
  }

  /** From now on, whole requests get these bytes. */
  answer(bytes: string): void {
    this.script = answering(bytes)
  }

  /** The next request that no call has returned yet. */
  async next(): Promise<RecordedRequest> {
    const at = this.#taken++
    await until(
      () => this.requests.length > at,
      () => `request ${at}; received: ${JSON.stringify(this.received)}`,
    )
    return this.requests[at] as RecordedRequest
  }

  /** Forgets the requests, and answers as at the start, for the next test. */
  reset(): void {
    this.requests.length = 0
    this.#taken = 0
    this.script = answering(OK)
  }

  /** Waits until no more than so many connections are open. */
  async openDownTo(count: number): Promise<void> {
    await until(
      () => this.#sockets.size <= count,
      () => `${this.#sockets.size} connections are open, not ${count}`,
    )
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.cut()
    await closed
  }

  #serve(socket: Socket): void {
    const connection = this.received.push('') - 1
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    let pending = ''
    let headSeen = false
    socket.on('data', (chunk: Buffer) => {
      const piece = chunk.toString('latin1')
      if (this.script.bytes !== undefined) {
        this.script.bytes(socket, piece)
        return
      }
      this.received[connection] += piece
      pending += piece
      for (;;) {
        const head = readHead(pending)
        if (head === undefined) return
        const values = (name: string): string[] => valuesOf(head.headers, name)
        const { line, headers } = head
        if (!headSeen) {
          headSeen = true
          this.script.head?.(socket, { connection, line, headers, body: '', bytes: pending, values })
        }
        const body = readBody(pending.slice(head.length), framingOf(headers) ?? 0)
        if (body === undefined) return
        const bytes = pending.slice(0, head.length + body.length)
        pending = pending.slice(bytes.length)
        headSeen = false
        const request = { connection, line, headers, body: body.content, bytes, values }
        this.requests.push(request)
        this.script.whole?.(socket, request)
      }
    })
  }
}

export async function startBackend(port = 0): Promise<RecordingBackend> {
  const server = createServer({ allowHalfOpen: false }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return new RecordingBackend(server)
}

function answering(bytes: string): Script {
  return { whole: (socket) => void socket.write(Buffer.from(bytes, 'latin1')) }
}
