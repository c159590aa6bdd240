import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { openWebSocket } from '../support/websocket-client.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: '*,sockjs=/s',
  config: { runner: { client_maxconn: 10 } },
})

function post(path: string, body = '', headers = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
}

// Names cost a client nothing, and each one a connection to the backend.
test('there are no more sessions than there may be connections', async () => {
  for (let at = 0; at < 10; at++) assert.equal((await ask(gateway.port, post(`/s/0/many-${at}/xhr`))).body, 'o\n')
  const refused = await ask(gateway.port, post('/s/0/many-10/xhr'))
  assert.deepEqual([refused.code, refused.body], [503, 'Too many SockJS sessions.\n'])
  assert.deepEqual(refused.values('access-control-allow-origin'), ['*'])
  assert.equal((await ask(gateway.port, post('/s/0/many-9/xhr_send', '["x"]'))).body, 'ok')
  await until(
    async () => (await ask(gateway.port, post('/s/0/many-10/xhr'))).code === 200,
    'a place for another session, since nobody fetches from the others',
  )
})

// A header line of its own would let a page that another one loads say anything in this origin.
test('an origin cannot add headers', async () => {
  const { headers } = await ask(gateway.port, 'GET /s/info HTTP/1.1\r\nHost: a\r\nOrigin: http://x\tY: z\r\n\r\n')
  assert.equal(headers.filter((line) => line.startsWith('Access-Control-Allow-Origin')).length, 1)
})

// The private sockets of the workers believe such headers; the public port must not.
test('a client cannot say where it comes from', async () => {
  const headers = 'Gateway-Client-Address: 6.6.6.6\r\nGateway-Client-TLS: yes\r\n'
  await ask(gateway.port, post('/s/0/forged/xhr', '', headers))
  const server = await backend.next()
  assert.deepEqual(server.values('x-forwarded-for'), ['127.0.0.1'])
  assert.deepEqual(server.values('x-forwarded-proto'), [])
})

// Deep arrays cost a parser its stack, long ones the gateway its memory.
for (const payload of ['['.repeat(99_999), `[${'[],'.repeat(33_000)}[]]`, `[${'0,'.repeat(49_000)}0]`]) {
  test(`a payload that begins with ${payload.slice(0, 6)} is refused`, async () => {
    await ask(gateway.port, post('/s/0/deep/xhr'))
    const { code, body } = await ask(gateway.port, post('/s/0/deep/xhr_send', payload))
    assert.deepEqual([code, body], [400, 'Payload expected\n'])
  })
}

test('a WebSocket message larger than any array of one message ends the connection', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/large/websocket')
  assert.equal(await client.next(), 'text o')
  client.sendText(`["${'\\u0061'.repeat(200_000)}"]`)
  const server = await backend.next()
  assert.equal((await server.nextMessage()).payload.length, 200_000)
  client.sendText(`["${'x'.repeat(1_200_001)}"]`)
  assert.match(await client.next(), /^close 1009 /)
  client.vanish()
})

test('a WebSocket client whose message is too large is cut', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/large/websocket')
  assert.equal(await client.next(), 'text o')
  client.sendText(`["${'x'.repeat(200_001)}"]`)
  assert.deepEqual(await client.closed(), [])
})

test('a client that pings and reads nothing does not fill the memory', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/ping/websocket')
  assert.equal(await client.next(), 'text o')
  for (let at = 0; at < 1000; at++) client.ping('x'.repeat(125))
  client.sendText('["still here"]')
  assert.equal(await (await backend.next()).next(), 'text still here')
  client.vanish()
})
