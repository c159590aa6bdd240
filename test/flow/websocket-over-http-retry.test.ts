import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { get } from './held.ts'
import { openOverHttp } from './open-over-http.ts'

const [port = 0] = await freePorts(1)
const gateway = await startGateway({ routes: [`* 127.0.0.1:${port},over_http`] })
after(() => gateway.stop())

test('a WebSocket lives on while its backend is briefly down, and loses nothing', async () => {
  const before = await startWebSocketOverHttpBackend(port)
  const { client, open } = await openOverHttp(gateway, before, { answer: ['Set-Meta-User: alice'] })
  await before.stop()
  client.sendText('one')
  // Said by the gateway when it cannot reach the backend, which it has tried for the message by then, too.
  assert.equal((await ask(gateway.port, get('/'))).code, 502)
  client.sendText('two')

  const backend = await startWebSocketOverHttpBackend(port)
  after(() => backend.stop())
  let bodies = ''
  while (!bodies.includes('two')) {
    const request = await backend.next()
    bodies += request.body
    assert.equal(request.value('connection-id'), open.value('connection-id'))
    assert.equal(request.value('meta-user'), 'alice')
    request.answer('TEXT 2\r\nok\r\n')
    assert.equal(await client.next(), 'text ok')
  }
  assert.equal(bodies, 'TEXT 3\r\none\r\nTEXT 3\r\ntwo\r\n')
})
