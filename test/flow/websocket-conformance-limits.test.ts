import { after, describe, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { echoWithGrip } from './websocket-cases/echo-backend.ts'
import { limits } from './websocket-cases/limits.ts'
import { runCase } from './websocket-cases/run-case.ts'

const backend = await startWebSocketBackend()
echoWithGrip(backend)
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${backend.port}`],
  config: { proxy: { websocket_max_message: '33554432' } },
})
after(async () => {
  await gateway.stop()
  await backend.stop()
})

describe('large messages, many frames and many messages come back, as Autobahn expects of a server', () => {
  for (const one of limits) test(one.number, async () => runCase(await openWebSocket(gateway.port), one))
})
