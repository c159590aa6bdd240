import type { Gateway } from '../support/gateway.ts'
import type { BackendWebSocket, WebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { HandshakeOptions, WebSocketClient } from '../support/websocket-client.ts'

export interface Pair {
  readonly client: WebSocketClient
  readonly server: BackendWebSocket
}

/** A WebSocket through the gateway, both ends of it. */
export async function openPair(
  gateway: Gateway,
  backend: WebSocketBackend,
  path = '/',
  options: HandshakeOptions = {},
): Promise<Pair> {
  const client = await openWebSocket(gateway.port, path, options)
  return { client, server: await backend.next() }
}
