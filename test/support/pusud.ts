import assert from 'node:assert/strict'
import { after } from 'node:test'
import { freePorts } from './free-ports.ts'
import { startGateway } from './gateway.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { openWebSocket } from './websocket-client.ts'
import type { HandshakeOptions, WebSocketClient } from './websocket-client.ts'

interface PusudGateway {
  readonly gateway: Gateway
  /** Of the door. */
  readonly port: number
}

/** A gateway with the door for pusud's clients, for all tests of the file that calls this. Everybody may do everything unless `section` says otherwise. */
export async function startPusud(
  section: Readonly<Record<string, string | number | boolean>> = { authenticator: 'None' },
  { config = {}, ...options }: Partial<GatewayOptions> = {},
): Promise<PusudGateway> {
  const [port = 0] = await freePorts(1)
  const routes = options.routes ?? ['* test']
  const gateway = await startGateway({ ...options, routes, config: { ...config, pusud: { port, ...section } } })
  after(() => gateway.stop())
  return { gateway, port }
}

/** Connects and is greeted. */
export async function greeted(port: number, path = '/', options: HandshakeOptions = {}): Promise<WebSocketClient> {
  const client = await openWebSocket(port, path, options)
  assert.equal(await client.next(), 'text {"type":"hello"}')
  return client
}

/** Connects, and authorizes itself. */
export async function authorized(port: number, authorization = 'foo'): Promise<WebSocketClient> {
  const client = await greeted(port)
  client.sendText(JSON.stringify({ type: 'authorize', authorization }))
  assert.equal(await client.next(), 'text {"type":"authorization_ok"}')
  return client
}

export async function subscribe(client: WebSocketClient, channel: string): Promise<void> {
  client.sendText(`{"type":"subscribe","channel":${JSON.stringify(channel)}}`)
  assert.equal(await client.next(), `text {"type":"subscribe_ok","channel":${JSON.stringify(channel)}}`)
}

/** Connects, authorizes itself and subscribes. */
export async function listener(port: number, ...channels: string[]): Promise<WebSocketClient> {
  const client = await authorized(port)
  for (const channel of channels) await subscribe(client, channel)
  return client
}

/** The next frames: an answer, a close with the code, and, when that is answered, the end of the connection. */
export async function refused(client: WebSocketClient, answer: string, close: string): Promise<void> {
  assert.equal(await client.next(), `text ${answer}`)
  assert.equal(await client.next(), `close ${close}`)
  client.close(1000)
  assert.deepEqual(await client.closed(), [])
}
