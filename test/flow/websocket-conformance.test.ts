import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { text } from './websocket-cases/case.ts'
import { closing } from './websocket-cases/closing.ts'
import { echoWithGrip } from './websocket-cases/echo-backend.ts'
import { fragmentation } from './websocket-cases/fragmentation.ts'
import { framing } from './websocket-cases/framing.ts'
import { runCase } from './websocket-cases/run-case.ts'
import { texts } from './websocket-cases/texts.ts'

const backend = await startWebSocketBackend()
const mistakes = echoWithGrip(backend)
const gateway = await startGateway({ routes: [`* 127.0.0.1:${backend.port}`] })
after(async () => {
  await gateway.stop()
  await backend.stop()
})

describe(
  'a client gets from the gateway what Autobahn expects of a server, before a backend with GRIP',
  { concurrency: 8 },
  () => {
    for (const one of [...framing, ...fragmentation, ...texts, ...closing]) {
      test(one.number, async () => {
        await runCase(await openWebSocket(gateway.port, `/${one.number}`), one)
        const server = backend.connections.find(({ line }) => line.startsWith(`GET /${one.number} `))
        assert.ok(server !== undefined)
        await server.closed()
        assert.deepEqual(
          mistakes.filter((mistake) => mistake.startsWith(server.line)),
          [],
        )
      })
    }
  },
)

test('a client that is still sending when it has made a mistake is told of it', async () => {
  const bytes = Buffer.concat([text('', { opcode: 3 }), text('x'.repeat(5_000_000))])
  for (let times = 0; times < 10; times++) {
    const client = await openWebSocket(gateway.port, '/mistake')
    client.sendBytes(bytes)
    assert.match(await client.next(), /^close 1002 /)
    client.vanish()
  }
})
