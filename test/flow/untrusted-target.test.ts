import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get } from './held.ts'

const { gateway, backend } = await startBoth({
  routes: [
    'address.example BACKEND,untrusted BACKEND',
    'debug.example,debug BACKEND,untrusted',
    `name.example,debug localhost:1,untrusted`,
    'tunnel.example,debug,no_grip BACKEND,untrusted',
  ],
})

test('an untrusted target on an internal address gets no request, and no other target is tried (GRIP 2.10)', async () => {
  const { code, body } = await ask(gateway.port, get('/').replace('localhost', 'address.example'))
  assert.deepEqual([code, body], [502, 'Error while proxying to origin.\n'])
  assert.equal(backend.requests.length, 0)
})

for (const host of ['debug.example', 'name.example']) {
  test(`with debug the client is told why (${host})`, async () => {
    const { code, body } = await ask(gateway.port, get('/').replace('localhost', host))
    assert.deepEqual([code, body], [502, 'Error: Origin host/IP blocked.\n'])
  })
}

test('a WebSocket is refused in the same way', async () => {
  const head = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  const request = ['GET / HTTP/1.1', 'Host: tunnel.example', ...head, key, '', ''].join('\r\n')
  const { code, body } = await ask(gateway.port, request)
  assert.deepEqual([code, body], [502, 'Error: Origin host/IP blocked.\n'])
  assert.equal(backend.connections, 0)
})
