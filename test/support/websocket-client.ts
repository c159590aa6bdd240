import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { framingOf, readBody, readHead, valuesOf } from './http-message.ts'
import type { RawResponse } from './raw-client.ts'
import { until } from './until.ts'
import { WebSocketPeer } from './websocket-peer.ts'

export interface HandshakeOptions {
  readonly host?: string
  /** Header lines after those of the handshake itself. */
  readonly headers?: readonly string[]
  /** Frames that do not wait for the answer. */
  readonly early?: string | Buffer
}

/** The key of the example in RFC 6455 1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
/** What a server has to answer to it. */
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

/** Any four bytes do, and the same ones make a failure easier to read. */
export const MASK = Buffer.of(0x37, 0xfa, 0x21, 0x3d)

const MAX_RESPONSE = 1_000_000

/** A WebSocket client that got its 101. */
export class WebSocketClient extends WebSocketPeer {
  readonly response: RawResponse

  constructor(socket: Socket, response: RawResponse) {
    super(socket, MASK)
    this.response = response
  }
}

/** What a browser sends to open a WebSocket. */
export function handshake(path: string, { host = 'localhost', headers = [] }: HandshakeOptions = {}): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Opens a WebSocket; fails if it is refused. */
export async function openWebSocket(
  port: number,
  path = '/',
  options: HandshakeOptions = {},
): Promise<WebSocketClient> {
  const { socket, response, client } = await shakeHands(port, handshake(path, options), options.early)
  if (client !== undefined) return client
  socket.destroy()
  throw new Error(`refused: ${JSON.stringify(response.bytes)}`)
}

/** Tries to open a WebSocket; what it is refused with. */
export async function refusedWebSocket(port: number, path = '/', options: HandshakeOptions = {}): Promise<RawResponse> {
  return answerToHandshake(port, handshake(path, options))
}

/** The answer to a handshake that says these bytes; the connection is over then. */
export async function answerToHandshake(port: number, bytes: string): Promise<RawResponse> {
  const { socket, response } = await shakeHands(port, bytes)
  socket.destroy()
  return response
}

interface Answer {
  readonly socket: Socket
  readonly response: RawResponse
  /** When the answer is 101. */
  readonly client: WebSocketClient | undefined
}

async function shakeHands(port: number, bytes: string, early: string | Buffer = ''): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  let received: Buffer = Buffer.of()
  let ended = false
  const keep = (piece: Buffer): void => {
    received = Buffer.concat([received, piece])
  }
  socket.on('data', keep)
  socket.on('error', () => {})
  socket.once('close', () => {
    ended = true
  })
  await once(socket, 'connect')
  socket.write(Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.from(early)]))
  let response: RawResponse | undefined
  await until(
    () => (response ??= readResponse(received, ended)) !== undefined || ended,
    () => `an answer to the handshake in ${JSON.stringify(received.toString('latin1'))}`,
  )
  response ??= readResponse(received, ended)
  if (response === undefined) throw new Error(`closed before an answer: ${JSON.stringify(received.toString('latin1'))}`)
  if (response.code !== 101) return { socket, response, client: undefined }
  const client = new WebSocketClient(socket, response)
  socket.off('data', keep)
  socket.on('data', (piece: Buffer) => client.read(piece))
  client.read(received.subarray(response.bytes.length))
  return { socket, response, client }
}

/** Undefined while it is not complete. */
function readResponse(received: Buffer, ended: boolean): RawResponse | undefined {
  // What follows a 101 are frames, which can be long.
  const text = received.toString('latin1', 0, MAX_RESPONSE)
  const head = readHead(text)
  if (head === undefined) return undefined
  const { line, headers, length } = head
  const code = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1])
  const values = (name: string): string[] => valuesOf(headers, name)
  const common = { code, line, headers, values, trailers: [] }
  if (code === 101) return { ...common, body: '', bytes: text.slice(0, length) }
  const framing = framingOf(headers)
  const body = framing === undefined ? undefined : readBody(text.slice(length), framing)
  if (body !== undefined) return { ...common, body: body.content, bytes: text.slice(0, length + body.length) }
  return framing === undefined && ended ? { ...common, body: text.slice(length), bytes: text } : undefined
}
