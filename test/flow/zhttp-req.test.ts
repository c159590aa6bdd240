// GRIP 12.1: requests for `zhttpreq` targets.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpReqService } from '../support/zhttp-service.ts'
import { get, held } from './held.ts'

const { spec } = ipcSpec()
const events = ipcSpec()
const nobody = ipcSpec()
const gateway = await startGateway({
  routes: [
    `*,debug zhttpreq/${spec}`,
    `events.example zhttpreq/${events.spec},over_http`,
    `dead.example zhttpreq/${nobody.spec} zhttpreq/${spec}`,
  ],
})
const service = new ZhttpReqService(spec)
const eventService = new ZhttpReqService(events.spec)
after(async () => {
  service.close()
  eventService.close()
  await gateway.stop()
})
await answers(gateway.port)

beforeEach(() => {
  service.requests.length = 0
  service.answer = () => ({ body: 'hello\n' })
})

function post(size: number): string {
  return `POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`
}

test('a request and its response are one packet each', async () => {
  service.answer = () => ({ headers: [['X-A', 'a']], body: 'one\n' })
  const response = await ask(gateway.port, get('/path'))
  assert.equal(response.body, 'one\n')
  assert.deepEqual(response.headers, ['X-A: a', 'Content-Length: 4'])
  const [request] = service.requests
  assert.equal(request?.['method'], 'GET')
  assert.equal(request?.uri, 'http://localhost/path')
  assert.equal(request?.['max-size'], 1_000_000)
  for (const field of ['seq', 'stream', 'credits', 'more', 'ext']) assert.equal(request?.[field], undefined)
  assert.deepEqual(new Set(service.frames), new Set([1]))
})

test('a body of a megabyte is sent in one piece, and a larger one is not', async () => {
  service.answer = ({ body }) => ({ body: String(body?.length) })
  assert.equal((await ask(gateway.port, post(1_000_000))).body, '1000000')
  assert.equal((await ask(gateway.port, post(1_000_001))).code, 502)
  assert.equal(service.requests.length, 1)
})

test('many requests wait for their answers at the same time, and get their own', async () => {
  service.answer = ({ uri }) => ({ body: String(uri) })
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`)
  const responses = await Promise.all(paths.map((path) => ask(gateway.port, get(path))))
  assert.deepEqual(
    responses.map(({ body }) => body),
    paths.map((path) => `http://localhost${path}`),
  )
})

test('a response of several megabytes arrives whole', async () => {
  service.answer = () => ({ body: 'z'.repeat(3_000_000) })
  assert.equal((await ask(gateway.port, get('/'))).body.length, 3_000_000)
})

test('a packet that announces more is no response', async () => {
  service.answer = () => ({ body: 'part', more: true })
  assert.equal((await ask(gateway.port, get('/'))).code, 502)
})

test('a target without a service is passed over', async () => {
  const response = await ask(gateway.port, get('/').replace('localhost', 'dead.example'))
  assert.equal(response.body, 'hello\n')
})

test('instructions hold the request', async () => {
  service.answer = () => ({
    headers: [
      ['Grip-Hold', 'response'],
      ['Grip-Channel', 'q1'],
    ],
    body: '',
  })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/hold'))
  await held(gateway, 'q1')
  await gateway.publish([{ channel: 'q1', formats: { 'http-response': { body: 'published' } } }])
  assert.equal((await client.response()).body, 'published')
  client.abort()
})

test('a WebSocket is refused, unless it goes over HTTP', async () => {
  const refusal = await refusedWebSocket(gateway.port)
  assert.equal(refusal.code, 502)
  assert.equal(refusal.body, 'WebSockets cannot be used with zhttpreq target\n')
  eventService.answer = ({ body = Buffer.alloc(0) }) => ({
    headers: [['Content-Type', 'application/websocket-events']],
    body,
  })
  await until(async () => (await ask(gateway.port, get('/').replace('localhost', 'events.example'))).code === 200, 'it')
  const client = await openWebSocket(gateway.port, '/', { host: 'events.example' })
  client.sendText('echo')
  assert.equal((await client.nextMessage()).payload.toString(), 'echo')
  client.vanish()
})
