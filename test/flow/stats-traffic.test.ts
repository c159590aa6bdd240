// GRIP 9.1: what `report` packets say of the bytes of requests and holds.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpService } from '../support/zhttp-service.ts'
import { get, held } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { headOf, startReporting } from './traffic-reports.ts'

const backend = await startBackend()
const ipc = ipcSpec()
const service = new ZhttpService(ipc.endpoints)
after(async () => {
  service.close()
  await backend.stop()
})
beforeEach(() => backend.reset())

const HTTP = ['plain', 'upload', 'error', 'head', 'poll', 'stream', 'pages']
const { gateway, reports } = await startReporting([
  ...HTTP.map((id) => `*,path_beg=/${id},id=${id} 127.0.0.1:${backend.port}`),
  `*,path_beg=/script,id=script,aco 127.0.0.1:${backend.port}`,
  '*,path_beg=/refused,id=refused 127.0.0.1:1',
  `*,path_beg=/zhttp,id=zhttp zhttp/${ipc.spec}`,
])
await answers(gateway.port, '/zhttp')

test('a request and its response', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello')
  const response = await ask(gateway.port, 'GET /plain?q HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [request] = backend.requests
  await reports.become('plain', {
    client: [42, 46, 0, 5, 0, 0],
    server: [46, headOf(request?.bytes ?? ''), 5, 0, 0, 0],
  })
  assert.equal(headOf(response.bytes), 46)
})

test('a request with a body, sent as it comes', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
  client.send('6\r\n world\r\n0\r\n\r\n')
  const response = await client.response()
  client.send('PUT /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc')
  const second = await client.response()
  client.abort()
  const sent = backend.requests.reduce((sum, { bytes }) => sum + headOf(bytes), 0)
  await reports.become('upload', {
    client: [71 + 59, headOf(response.bytes) + headOf(second.bytes), 11 + 3, 2 + 2, 0, 0],
    server: [38 * 2, sent, 2 + 2, 11 + 3, 0, 0],
  })
})

test('an error of the backend, and one of the gateway', async () => {
  backend.answer(answer([], 'oh', '500 Oops'))
  const response = await ask(gateway.port, get('/error'))
  await reports.become('error', {
    client: [40, headOf(response.bytes), 0, 2, 0, 0],
    server: [40, headOf(backend.requests[0]?.bytes ?? ''), 2, 0, 0, 0],
  })
  const { bytes, body } = await ask(gateway.port, get('/refused'))
  // Nothing reached a server.
  await reports.become('refused', { client: [42, headOf(bytes), 0, body.length, 0, 0], server: [0, 0, 0, 0, 0, 0] })
})

test('a HEAD request has no content', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
  const client = await RawClient.connect(gateway.port)
  client.send('HEAD /head HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const { bytes } = await client.response({ toHead: true })
  client.abort()
  await reports.become('head', {
    client: [40, bytes.length, 0, 0, 0, 0],
    server: [40, headOf(backend.requests[0]?.bytes ?? ''), 0, 0, 0, 0],
  })
})

test('a script of another origin is what its client got', async () => {
  backend.answer(answer([], 'hello'))
  const { bytes, body } = await ask(gateway.port, get('/script?callback=f'))
  await reports.become('script', {
    client: [52, headOf(bytes), 0, body.length, 0, 0],
    server: [38, headOf(backend.requests[0]?.bytes ?? ''), 5, 0, 0, 0],
  })
})

test('a long poll is counted when it is answered', async () => {
  backend.answer(longPoll('polled', [], 'timeout'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/poll'))
  await held(gateway, 'polled')
  await gateway.publish([{ channel: 'polled', formats: { 'http-response': { body: '123456789' } } }])
  const { bytes } = await client.response()
  client.abort()
  await reports.become('poll', {
    client: [39, headOf(bytes), 0, 9, 0, 0],
    server: [81, headOf(backend.requests[0]?.bytes ?? ''), 7, 0, 0, 0],
  })
})

test('a stream has its first content, what is published and what keeps it alive', async () => {
  backend.answer(stream('streamed', ['Grip-Keep-Alive: alive; timeout=1'], 'first'))
  const clients = [await RawClient.connect(gateway.port), await RawClient.connect(gateway.port)]
  for (const client of clients) client.send(get('/stream'))
  await held(gateway, 'streamed', 2)
  await gateway.publish([{ channel: 'streamed', formats: { 'http-stream': { content: '123456789' } } }])
  let head = 0
  let alive = 0
  for (const client of clients) {
    const bytes = await client.until('alive')
    assert.equal(bytes.slice(headOf(bytes)).startsWith('5\r\nfirst\r\n9\r\n123456789\r\n5\r\nalive\r\n'), true)
    head += headOf(bytes)
    client.abort()
    alive += 5
  }
  await reports.become('stream', {
    client: [41 * 2, head, 0, (5 + 9) * 2 + alive, 0, 0],
    server: [116 * 2, headOf(backend.requests[0]?.bytes ?? '') * 2, 5 * 2, 0, 0, 0],
  })
})

test('the pages of a stream are fetched by the route', async () => {
  const page = answer([], 'page')
  backend.script = {
    whole: (socket, { line }) =>
      void socket.write(line.includes('next') ? page : answer(['Grip-Link: </pages/next>; rel=next'], 'first')),
  }
  const { bytes, body } = await ask(gateway.port, get('/pages'))
  assert.equal(body, 'firstpage')
  const sent = backend.requests.reduce((sum, { bytes: each }) => sum + headOf(each), 0)
  await reports.become('pages', {
    client: [40, headOf(bytes), 0, 9, 0, 0],
    server: [74 + 38, sent, 5 + 4, 0, 0, 0],
  })
})

test('a service behind ZeroMQ has heads as they would be in HTTP', async () => {
  const before = reports.of('zhttp')
  service.onRequest = (exchange) => exchange.respond('hello', [['X-A', 'b']])
  const { bytes } = await ask(gateway.port, 'POST /zhttp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc')
  await until(() => (reports.of('zhttp')[9] ?? 0) > 0, 'the request at the service')
  const since = reports.of('zhttp').map((count, i) => count - (before[i] ?? 0))
  assert.deepEqual(since.slice(0, 4), [60, headOf(bytes), 3, 5])
  assert.deepEqual([since[6], since[8], since[9]], [46, 5, 3])
})
