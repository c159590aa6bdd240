// GRIP 7.5: clients cannot speak for the gateway.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { hs256Token } from '../support/token.ts'

const { gateway, backend } = await startBoth({
  condition: 'none.example',
  routes: ['events.example BACKEND,over_http', 'raw.example,no_grip BACKEND,over_http', 'other.example BACKEND'],
  config: { proxy: { upstream_key: 'upstream' } },
})

function post(host: string, type: string, headers: readonly string[] = [], method = 'POST'): string {
  const lines = [`${method} / HTTP/1.1`, `Host: ${host}`, `Content-Type: ${type}`, ...headers, 'Content-Length: 6']
  return `${lines.join('\r\n')}\r\n\r\nOPEN\r\n`
}

const EVENTS = 'application/websocket-events'

const forged: [what: string, request: string][] = [
  ['on a route that is for WebSockets', post('events.example', EVENTS)],
  ['on a route without GRIP', post('raw.example', EVENTS)],
  ['with a forged id', post('events.example', EVENTS, ['Connection-Id: 1'])],
  ['with a forged signature', post('events.example', EVENTS, ['Grip-Sig: forged'])],
  ['with a parameter', post('events.example', `${EVENTS}; charset=utf-8`)],
  ['in other letters', post('events.example', 'Application/WebSocket-Events')],
]

for (const [what, request] of forged) {
  test(`a client may not send WebSocket events itself (${what})`, async () => {
    const response = await ask(gateway.port, request)
    assert.equal(response.line, 'HTTP/1.1 403 Forbidden')
    assert.equal(response.body, 'Client not allowed to send WebSocket events directly.\n')
    assert.equal(backend.requests.length, 0)
  })
}

const allowed: [what: string, request: string][] = [
  ['other requests to that backend', post('events.example', 'text/plain')],
  ['events to a backend that gets none from the gateway', post('other.example', EVENTS)],
]

for (const [what, request] of allowed) {
  test(`a client may send ${what}`, async () => {
    assert.equal((await ask(gateway.port, request)).code, 200)
    assert.equal((await backend.next()).body, 'OPEN\r\n')
  })
}

test('another gateway may send WebSocket events', async () => {
  const token = hs256Token({ iss: 'edge', exp: Math.floor(Date.now() / 1000) + 60 }, 'upstream')
  const response = await ask(gateway.port, post('events.example', EVENTS, [`Grip-Sig: ${token}`, 'Connection-Id: 1']))
  assert.equal(response.code, 200)
  const request = await backend.next()
  assert.equal(request.body, 'OPEN\r\n')
  assert.deepEqual(request.values('connection-id'), ['1'])
})
