import { after, beforeEach } from 'node:test'
import { startGateway } from './gateway.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { startBackend } from './recording-backend.ts'
import type { RecordingBackend } from './recording-backend.ts'

interface Options extends Partial<GatewayOptions> {
  /** What of the route line is before the backend's address; by default every request goes there. */
  readonly condition?: string
}

/**
 * A gateway and the backend behind it, for all tests of the file that calls this: both stop after the last, and the backend
 * forgets between them.
 */
export async function startBoth(options: Options = {}): Promise<{ gateway: Gateway; backend: RecordingBackend }> {
  const { condition = '*', routes = [], ...rest } = options
  const backend = await startBackend()
  const own = `${condition} 127.0.0.1:${backend.port}`
  const replaced = routes.map((line) => line.replaceAll('BACKEND', `127.0.0.1:${backend.port}`))
  try {
    const gateway = await startGateway({ ...rest, routes: [own, ...replaced] })
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
