import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** `200 OK` */
  readonly status: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A connection that sends literal bytes and reads answers with a Content-Length. */
export class RawClient {
  readonly #socket: Socket
  readonly closed: Promise<void>
  #received = ''
  #wake: (() => void) | undefined
  #ended = false

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => {
      this.#received += text
      this.#wake?.()
    })
    // A reset is seen as an answer that is missing.
    this.#socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#ended = true
        this.#wake?.()
        resolve()
      })
    })
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1')
  }

  async answer(): Promise<RawAnswer> {
    for (;;) {
      const answer = this.#parse()
      if (answer !== undefined) return answer
      if (this.#ended) throw new Error(`closed without a whole answer: ${JSON.stringify(this.#received)}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #parse(): RawAnswer | undefined {
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const [statusLine = '', ...lines] = this.#received.slice(0, headEnd).split('\r\n')
    const headers = Object.fromEntries(lines.map(parseHeader))
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0)
    if (this.#received.length < end) return undefined
    const body = this.#received.slice(headEnd + 4, end)
    this.#received = this.#received.slice(end)
    return { status: statusLine.slice('HTTP/1.1 '.length), headers, body }
  }
}

function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

/** Sends one request on a connection of its own and reads the first answer. */
export async function exchange(port: number, bytes: string): Promise<RawAnswer> {
  const client = new RawClient(port)
  try {
    client.send(bytes)
    return await client.answer()
  } finally {
    client.close()
  }
}
