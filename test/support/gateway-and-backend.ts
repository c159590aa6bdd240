import { after, beforeEach } from 'node:test'
import { startGateway } from './gateway.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { startBackend } from './recording-backend.ts'
import type { RecordingBackend } from './recording-backend.ts'
import { startWebSocketBackend } from './websocket-backend.ts'
import type { WebSocketBackend } from './websocket-backend.ts'
import { startWebSocketOverHttpBackend } from './websocket-over-http-backend.ts'
import type { WebSocketOverHttpBackend } from './websocket-over-http-backend.ts'

interface Options extends Partial<GatewayOptions> {
  /** What of the route line is before the backend's address; by default every request goes there. */
  readonly condition?: string
}

interface Backend {
  readonly port: number
  reset(): void
  stop(): Promise<void>
}

interface Both<B> {
  readonly gateway: Gateway
  readonly backend: B
}

/**
 * A gateway and the backend behind it, for all tests of the file that calls this: both stop after the last, and the backend
 * forgets between them. In `routes`, BACKEND stands for the backend's address.
 */
export async function startBoth(options: Options = {}): Promise<Both<RecordingBackend>> {
  return startWith(await startBackend(), '', options)
}

/** The same with a backend for WebSockets. */
export async function startBothForWebSockets(options: Options = {}): Promise<Both<WebSocketBackend>> {
  return startWith(await startWebSocketBackend(), '', options)
}

/** The same with a backend for WebSockets that it gets as HTTP requests. */
export async function startBothForEvents(options: Options = {}): Promise<Both<WebSocketOverHttpBackend>> {
  return startWith(await startWebSocketOverHttpBackend(), ',over_http', options)
}

async function startWith<B extends Backend>(backend: B, targetProps: string, options: Options): Promise<Both<B>> {
  const { condition = '*', routes = [], ...rest } = options
  const address = `127.0.0.1:${backend.port}`
  const replaced = routes.map((line) => line.replaceAll('BACKEND', address))
  try {
    const gateway = await startGateway({ ...rest, routes: [`${condition} ${address}${targetProps}`, ...replaced] })
    beforeEach(() => backend.reset())
    after(async () => {
      await gateway.stop()
      await backend.stop()
    })
    return { gateway, backend }
  } catch (error) {
    await backend.stop()
    throw error
  }
}
