import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { SideTraffic } from '../observe/traffic.ts'

/** Request bodies up to this size, in bytes, can be sent again, and allow the request to be held (GRIP 2.8). */
const KEPT_BODY_LIMIT = 100_000

/**
 * A client's request body on its way to a backend. It is streamed as it arrives, as fast as the backend takes it, and kept as
 * long as it is small, so that another target can be tried.
 */
export class RequestBody {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #client: SideTraffic | undefined
  #kept: Buffer[] | undefined = []
  #size = 0
  #ended = false
  #listening = false
  #reader: BodyReader | undefined
  /** Whether any of it was handed to a reader. */
  hasBeenRead = false

  /** @param client counts what comes */
  constructor(req: IncomingMessage, res: ServerResponse, client?: SideTraffic) {
    this.#req = req
    this.#res = res
    this.#client = client
  }

  get isTooLargeToKeep(): boolean {
    return this.#kept === undefined
  }

  /**
   * The body from its beginning. There can be one reader at a time; the one before has to be destroyed.
   * @param server counts what is handed to the reader
   */
  open(server?: SideTraffic): Readable {
    const reader = new BodyReader(this, server)
    this.#reader = reader
    return reader
  }

  /** The whole body, or undefined when it is too large to keep. Rejects when the client leaves before its end. */
  async read(): Promise<Buffer | undefined> {
    for await (const _ of this.open()) if (this.#kept === undefined) return undefined
    return Buffer.concat(this.#kept ?? [])
  }

  /** The whole body, before it is sent anywhere, or undefined when it is longer than `limit` bytes. Rejects as `read`. */
  async peek(limit: number): Promise<Buffer | undefined> {
    if (Number(this.#req.headers['content-length'] ?? 0) > limit) return undefined
    for await (const _ of this.open()) if (this.#size > limit) break
    this.hasBeenRead = false
    return this.#size > limit ? undefined : Buffer.concat(this.#kept ?? [])
  }

  /** Called when the reader wants more. */
  pull(reader: BodyReader, first: boolean): void {
    if (reader !== this.#reader) return
    // At most the kept size is put in at once, more than the reader's own limit but bounded.
    if (first) for (const chunk of this.#kept ?? []) reader.add(chunk)
    this.hasBeenRead ||= this.#size > 0
    if (this.#ended) reader.push(null)
    else if (this.#listening) this.#req.resume()
    else this.#listen()
  }

  release(reader: BodyReader): void {
    if (reader !== this.#reader) return
    this.#reader = undefined
    if (!this.#ended) this.#req.pause()
  }

  #listen(): void {
    this.#listening = true
    // Only now: a request that is refused, or whose backend is down, costs its client no body (RFC 9110 10.1.1).
    const { headers, httpVersionMinor } = this.#req
    if (headers.expect !== undefined && httpVersionMinor === 1 && !this.#res.headersSent) this.#res.writeContinue()
    this.#req.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#req.on('end', () => {
      this.#ended = true
      this.#reader?.push(null)
    })
    this.#req.on('close', () => {
      // Cut off: the backend must not take what it has for the whole.
      if (!this.#ended) this.#reader?.destroy(new Error('client left'))
    })
  }

  #take(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#client !== undefined) this.#client.contentReceived += chunk.length
    if (this.#size > KEPT_BODY_LIMIT) this.#kept = undefined
    else this.#kept?.push(chunk)
    this.hasBeenRead ||= this.#reader !== undefined
    if (this.#reader === undefined || !this.#reader.add(chunk)) this.#req.pause()
  }
}

/** undici destroys the body of a request that fails; this one can be lost without losing the client's request. */
class BodyReader extends Readable {
  readonly #source: RequestBody
  readonly #server: SideTraffic | undefined
  #first = true

  constructor(source: RequestBody, server: SideTraffic | undefined) {
    super()
    this.#source = source
    this.#server = server
  }

  /** @returns as `push` does */
  add(chunk: Buffer): boolean {
    if (this.#server !== undefined) this.#server.contentSent += chunk.length
    return this.push(chunk)
  }

  override _read(): void {
    const first = this.#first
    this.#first = false
    this.#source.pull(this, first)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.release(this)
    callback(error)
  }
}
