import { after } from 'node:test'
import { freePorts } from './free-ports.ts'
import type { Config } from './gateway-config.ts'
import { startBoth } from './gateway-and-backend.ts'
import type { Gateway } from './gateway.ts'
import { ask, RawClient } from './raw-client.ts'
import type { RawResponse } from './raw-client.ts'
import type { RecordingBackend } from './recording-backend.ts'
import { until } from './until.ts'
import { openWebSocket } from './websocket-client.ts'
import type { WebSocketClient } from './websocket-client.ts'

/** A gateway whose door for socket-push is open. */
export class SocketPush {
  readonly gateway: Gateway
  readonly backend: RecordingBackend
  /** For browsers. */
  readonly port: number
  /** Of the management API. */
  readonly adminPort: number

  constructor(gateway: Gateway, backend: RecordingBackend, port: number, adminPort: number) {
    this.gateway = gateway
    this.backend = backend
    this.port = port
    this.adminPort = adminPort
  }

  /** A call of the management API: status line and body. */
  async call(path: string, headers: readonly string[] = []): Promise<[line: string, body: string]> {
    const { line, body } = await this.ask(path, headers)
    return [line, body]
  }

  ask(path: string, headers: readonly string[] = []): Promise<RawResponse> {
    return ask(
      this.adminPort,
      ['GET', ` ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`, ...headers.map((one) => `${one}\r\n`), '\r\n'].join(''),
    )
  }

  /** A WebSocket of socket.io 0.6 that has been told its session id. */
  async connect(): Promise<WebSocketClient> {
    const client = await openWebSocket(this.port, '/socket.io/websocket')
    await client.next()
    return client
  }

  /** One that is a user, who may authenticate with the session id `test`. */
  async connectAs(user: number): Promise<WebSocketClient> {
    await this.call(`/auth/set/${user}/test${user}`)
    const client = await this.connect()
    client.sendText(packet(`{"userId":"${user}","hash":"test${user}"}`))
    const answer = await client.next()
    if (!answer.endsWith(`{"auth":"Authorized as ${user}"}`)) throw new Error(answer)
    return client
  }
}

/** The door and a gateway around it, for all tests of a file. */
export async function startSocketPush(
  section: Config[string] = {},
  others: Config = {},
  workers = 1,
): Promise<SocketPush> {
  const [port = 0, adminPort = 0] = await freePorts(2)
  const config = { ...others, 'socket-push': { port, admin_port: adminPort, ...section } }
  const { gateway, backend } = await startBoth({ config, workers })
  return new SocketPush(gateway, backend, port, adminPort)
}

/** One unit of a packet. */
export function packet(data: string): string {
  return `~m~${data.length}~m~${data}`
}

/** A client that polls, on one connection for its polls and one for its posts. */
export class PollingClient {
  readonly sessionId: string
  readonly #port: number
  readonly #polls: RawClient

  constructor(port: number, sessionId: string, polls: RawClient) {
    this.#port = port
    this.sessionId = sessionId
    this.#polls = polls
    after(() => polls.abort())
  }

  static async connect(port: number): Promise<PollingClient> {
    const polls = await RawClient.connect(port)
    polls.send('GET /socket.io/xhr-polling//1300000000000 HTTP/1.1\r\nHost: a\r\n\r\n')
    const { body } = await polls.response()
    const id = /^~m~\d+~m~(\d+)$/.exec(body)?.[1]
    if (id === undefined) throw new Error(body)
    return new PollingClient(port, id, polls)
  }

  /** Body of the next poll. */
  async poll(limit?: number): Promise<string> {
    this.begin()
    return (await this.#polls.response(limit === undefined ? {} : { limit })).body
  }

  /** Closes its connection; the session stays for a while. */
  leave(): void {
    this.#polls.abort()
  }

  begin(): void {
    this.#polls.send(`GET /socket.io/xhr-polling/${this.sessionId}/1300000000001 HTTP/1.1\r\nHost: a\r\n\r\n`)
  }

  /** What comes of a poll that has begun. */
  async answer(): Promise<string> {
    return (await this.#polls.response()).body
  }

  async post(data: string): Promise<RawResponse> {
    const body = `data=${encodeURIComponent(data)}`
    return ask(
      this.#port,
      `POST /socket.io/xhr-polling/${this.sessionId}/send HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  }

  /** Polls until the gateway cuts the connection instead of answering. */
  async cut(): Promise<void> {
    this.begin()
    await until(() => this.#polls.ended, 'the end of the session')
  }
}
