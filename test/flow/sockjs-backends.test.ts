import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held } from './held.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: '*,sockjs=/s',
  routes: [
    '*,path_beg=/none,sockjs=/none,no_grip BACKEND',
    '*,path_beg=/test,sockjs=/test,sockjs_as_path=/test/ws test',
    '*,path_beg=/sub,sockjs=/sub,no_grip BACKEND,sub=implicit',
    '*,path_beg=/down,sockjs=/down 127.0.0.1:1',
    '*,path_beg=/re,sockjs=/re,replace_beg=/new BACKEND',
  ],
  config: { proxy: { client_queue_max: 65_536, websocket_ping_interval: 1 } },
})

async function post(path: string, body = ''): Promise<string> {
  const request = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  return (await ask(gateway.port, request)).body
}

test('a backend that knows no GRIP is a WebSocket to SockJS clients', async () => {
  assert.equal(await post('/none/0/a1/xhr'), 'o\n')
  const server = await backend.next()
  assert.deepEqual(server.values('sec-websocket-extensions'), [])
  assert.equal(await post('/none/0/a1/xhr_send', '["c:x"]'), 'ok')
  assert.equal(await server.next(), 'text c:x')
  server.sendText('m:as it is')
  assert.equal(await post('/none/0/a1/xhr'), 'a["m:as it is"]\n')
  server.close(4000, 'over')
  assert.equal(await server.next(), 'close 4000 over')
  assert.equal(await post('/none/0/a1/xhr'), 'c[4000,"over"]\n')

  const client = await openWebSocket(gateway.port, '/none/0/a2/websocket')
  assert.equal(await client.next(), 'text o')
  ;(await backend.next()).sendText('framed')
  assert.equal(await client.next(), 'text a["framed"]')
})

test("the target's channel reaches SockJS clients of such a backend", async () => {
  assert.equal(await post('/sub/0/b1/xhr'), 'o\n')
  await held(gateway, 'implicit')
  await gateway.publish([{ channel: 'implicit', formats: { 'ws-message': { content: 'hi' } } }])
  assert.equal(await post('/sub/0/b1/xhr'), 'a["hi"]\n')
})

test('the test target echoes, and is published to', async () => {
  assert.equal(await post('/test/0/c1/xhr?channel=tested'), 'o\n')
  await held(gateway, 'tested')
  assert.equal(await post('/test/0/c1/xhr_send', '["echo"]'), 'ok')
  assert.equal(await post('/test/0/c1/xhr'), 'a["echo"]\n')
  await gateway.publish([{ channel: 'tested', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await post('/test/0/c1/xhr'), 'a["published"]\n')
  await gateway.publish([
    { channel: 'tested', formats: { 'ws-message': { action: 'close', code: 4001, reason: 'x' } } },
  ])
  assert.equal(await post('/test/0/c1/xhr'), 'c[4001,"x"]\n')
})

test('a backend that is down is a 502', async () => {
  assert.equal(await post('/down/0/d1/xhr'), 'Error while proxying to origin.\n')
  assert.equal(await post('/down/0/d1/xhr'), 'Error while proxying to origin.\n')
})

test("the route's path changes count for the backend", async () => {
  assert.equal(await post('/re/0/e1/xhr'), 'o\n')
  assert.equal((await backend.next()).line, 'GET /new HTTP/1.1')
})

test('control messages of the backend are obeyed, and its pings answered', async () => {
  backend.accept([GRIP], (server) => {
    server.control({ type: 'subscribe', channel: 'obeyed' })
    server.ping('are you there')
    server.sendText('m:welcome')
  })
  const client = await RawClient.connect(gateway.port)
  client.send('POST /s/0/f1/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
  const server = await backend.next()
  assert.equal(await server.next(), 'pong are you there')
  await client.until('a["welcome"]\n')
  await held(gateway, 'obeyed')
  server.control({ type: 'keep-alive', content: 'still here', timeout: 1 })
  await client.until('a["still here"]\n')
  server.control({ type: 'detach' })
  await gateway.publish([{ channel: 'obeyed', formats: { 'ws-message': { content: 'without backend' } } }])
  await client.until('a["without backend"]\n')
  client.abort()
})

test('a client that does not fetch what is published is closed, told so and counted', async () => {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'slow' }))
  assert.equal(await post('/s/0/g1/xhr'), 'o\n')
  await held(gateway, 'slow')
  const content = 'x'.repeat(20_000)
  for (let at = 0; at < 20; at++) await gateway.publish([{ channel: 'slow', formats: { 'ws-message': { content } } }])
  await gateway.log.waitFor(/client too slow, cut with \d+ bytes waiting$/)
  let frame = ''
  let messages = 0
  for (let polls = 0; !frame.startsWith('c') && polls < 20; polls++) {
    frame = await post('/s/0/g1/xhr')
    if (frame.startsWith('a')) messages += (JSON.parse(frame.slice(1)) as string[]).length
  }
  assert.equal(frame, 'c[1013,"too slow"]\n')
  assert.ok(messages > 3 && messages < 20, `${messages} messages`)
  await until(async () => {
    const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
    return ((await health.json()) as { counts: Record<string, number> }).counts['slow_clients_cut'] === 1
  }, 'the counter')
})
