import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { framingOf, readBody, readHead, valuesOf } from './http-message.ts'
import type { Body, Head } from './http-message.ts'
import { LIMIT, until, within } from './until.ts'

/** One response as it came. */
export interface RawResponse {
  readonly code: number
  /** Status line. */
  readonly line: string
  /** Header lines. */
  readonly headers: readonly string[]
  /** Without its framing. */
  readonly body: string
  readonly trailers: readonly string[]
  /** Every byte of it. */
  readonly bytes: string
  values(name: string): string[]
}

interface ResponseOptions {
  /** The response is to a HEAD request: it has no body, whatever its header says. */
  readonly toHead?: boolean
  readonly limit?: number
}

/** A client that sends and reads bytes, each a character of a string (latin1), and makes nothing of them by itself. */
export class RawClient {
  readonly socket: Socket
  /** Received and not taken by `response`. */
  #pending = ''
  #ended = false
  #onBytes: ((count: number) => void) | undefined
  readonly #closed: Promise<unknown>

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      if (this.#onBytes === undefined) this.#pending += text
      else this.#onBytes(text.length)
    })
    socket.on('end', () => {
      this.#ended = true
    })
    // A reset ends a connection too.
    socket.on('error', () => {})
    this.#closed = new Promise((resolve) => socket.once('close', resolve))
    socket.once('close', () => {
      this.#ended = true
    })
  }

  static async connect(port: number, localAddress?: string): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) })
    await once(socket, 'connect')
    socket.setNoDelay(true)
    return new RawClient(socket)
  }

  /** What came and was not taken yet. */
  get pending(): string {
    return this.#pending
  }

  get ended(): boolean {
    return this.#ended
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Ends the client's direction only. */
  finish(): void {
    this.socket.end()
  }

  /** Cuts the connection. */
  abort(): void {
    this.socket.destroy()
  }

  /** From now on, what comes is told by its size and not kept. */
  count(onBytes: (count: number) => void): void {
    this.#onBytes = onBytes
  }

  /** Waits for a text in what came; returns all of that, without taking it. */
  async until(text: string, limit = LIMIT): Promise<string> {
    const found = (): boolean => this.#pending.includes(text)
    await until(
      () => found() || this.#ended,
      () => `${JSON.stringify(text)} in ${quote(this.#pending)}`,
      limit,
    )
    if (!found()) throw new Error(`closed before ${JSON.stringify(text)}, after ${quote(this.#pending)}`)
    return this.#pending
  }

  /** Takes exactly one response; interim ones count. */
  async response(options: ResponseOptions = {}): Promise<RawResponse> {
    let response = this.#take(options)
    await until(
      () => (response ??= this.#take(options)) !== undefined || this.#ended,
      () => `a whole response in ${quote(this.#pending)}`,
      options.limit,
    )
    response ??= this.#take(options)
    if (response === undefined) throw new Error(`closed before a whole response, after ${quote(this.#pending)}`)
    return response
  }

  /** Resolves when the gateway has closed the connection, with what came and was not taken. */
  async closed(limit = LIMIT): Promise<string> {
    await within(this.#closed, `the end of the connection, after ${quote(this.#pending)}`, limit)
    return this.#pending
  }

  #take({ toHead = false }: ResponseOptions): RawResponse | undefined {
    const head = readHead(this.#pending)
    if (head === undefined) return undefined
    const code = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head.line)?.[1])
    if (Number.isNaN(code)) throw new Error(`not a status line: ${quote(head.line)}`)
    const body = toHead || code < 200 || code === 204 || code === 304 ? NO_BODY : this.#readBody(head)
    if (body === undefined) return undefined
    const bytes = this.#pending.slice(0, head.length + body.length)
    this.#pending = this.#pending.slice(bytes.length)
    const { line, headers } = head
    const values = (name: string): string[] => valuesOf(headers, name)
    return { code, line, headers, body: body.content, trailers: body.trailers, bytes, values }
  }

  #readBody({ headers, length }: Head): Body | undefined {
    const rest = this.#pending.slice(length)
    const framing = framingOf(headers)
    if (framing !== undefined) return readBody(rest, framing)
    return this.#ended ? { content: rest, trailers: [], length: rest.length } : undefined
  }
}

const NO_BODY: Body = { content: '', trailers: [], length: 0 }

function quote(text: string): string {
  return text.length > 500 ? `${JSON.stringify(text.slice(0, 500))}... (${text.length} bytes)` : JSON.stringify(text)
}

/** One request on a connection of its own, and its response. */
export async function ask(port: number, bytes: string, options: ResponseOptions = {}): Promise<RawResponse> {
  const client = await RawClient.connect(port)
  try {
    client.send(bytes)
    return await client.response(options)
  } finally {
    client.abort()
  }
}

/** Everything that comes before the gateway closes the connection. */
export async function askUntilClosed(port: number, bytes: string): Promise<string> {
  const client = await RawClient.connect(port)
  try {
    client.send(bytes)
    return await client.closed()
  } finally {
    client.abort()
  }
}
