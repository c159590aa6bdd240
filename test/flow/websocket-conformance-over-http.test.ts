import { after, describe, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { closing } from './websocket-cases/closing.ts'
import { echoOverHttp } from './websocket-cases/echo-over-http.ts'
import { fragmentation } from './websocket-cases/fragmentation.ts'
import { framing } from './websocket-cases/framing.ts'
import { runCase } from './websocket-cases/run-case.ts'
import { texts } from './websocket-cases/texts.ts'

const backend = await startWebSocketOverHttpBackend()
echoOverHttp(backend)
const gateway = await startGateway({ routes: [`* 127.0.0.1:${backend.port},over_http`] })
after(async () => {
  await gateway.stop()
  await backend.stop()
})

describe('a client gets from the gateway what Autobahn expects of a server, over HTTP', { concurrency: 8 }, () => {
  for (const one of [...framing, ...fragmentation, ...texts, ...closing]) {
    test(one.number, async () => runCase(await openWebSocket(gateway.port, `/${one.number}`), one))
  }
})
