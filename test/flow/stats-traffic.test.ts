// GRIP 9.1: what `report` packets say of bytes and messages.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { StatsSubscriber } from '../support/stats-subscriber.ts'
import { until } from '../support/until.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { handshake } from '../support/websocket-client.ts'
import { event, startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpService } from '../support/zhttp-service.ts'
import { get, held } from './held.ts'
import { openOverHttp } from './open-over-http.ts'
import { openPair } from './open-pair.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const backend = await startBackend()
const webSockets = await startWebSocketBackend()
const events = await startWebSocketOverHttpBackend()
const ipc = ipcSpec()
const service = new ZhttpService(ipc.endpoints)
const [stats = 0] = await freePorts(1)

const HTTP = ['plain', 'upload', 'error', 'head', 'poll', 'stream', 'pages']
const gateway = await startGateway({
  workers: 1,
  routes: [
    ...HTTP.map((id) => `*,path_beg=/${id},id=${id} 127.0.0.1:${backend.port}`),
    `*,path_beg=/script,id=script,aco 127.0.0.1:${backend.port}`,
    '*,path_beg=/refused,id=refused 127.0.0.1:1',
    `*,path_beg=/ws,id=ws 127.0.0.1:${webSockets.port}`,
    `*,path_beg=/tunnel,id=tunnel 127.0.0.1:${webSockets.port}`,
    `*,path_beg=/raw,id=raw,no_grip 127.0.0.1:${webSockets.port}`,
    `*,path_beg=/sockjs,sockjs=/sockjs,id=sockjs 127.0.0.1:${webSockets.port}`,
    `*,path_beg=/over,id=over 127.0.0.1:${events.port},over_http`,
    `*,path_beg=/zhttp,id=zhttp zhttp/${ipc.spec}`,
    '* test',
  ],
  config: {
    handler: { stats_spec: `tcp://127.0.0.1:${stats}`, stats_format: 'json', stats_report_interval: 1 },
    proxy: { sig_key: '' },
  },
})
const subscriber = new StatsSubscriber(`tcp://127.0.0.1:${stats}`, 'report')
after(async () => {
  subscriber.close()
  service.close()
  await gateway.stop()
  for (const each of [backend, webSockets, events]) await each.stop()
})
beforeEach(() => {
  for (const each of [backend, webSockets, events]) each.reset()
})
const FIELDS = ['client', 'server'].flatMap((side) =>
  ['header-bytes', 'content-bytes', 'messages'].flatMap((what) =>
    ['received', 'sent'].map((way) => `${side}-${what}-${way}`),
  ),
)

await answers(gateway.port, '/zhttp')
await until(async () => {
  await ask(gateway.port, get('/warm'))
  return reported(undefined).some((count) => count > 0)
}, 'the worker counts')

/** The sum of all reports on a route, in the order of the fields. */
function reported(route: string | undefined): number[] {
  const reports = subscriber.of('report').filter((report) => report['route'] === route)
  return FIELDS.map((field) => reports.reduce((sum, report) => sum + Number(report[field]), 0))
}

interface Expected {
  /** Header bytes received and sent, content bytes received and sent, messages received and sent. */
  readonly client: readonly number[]
  readonly server: readonly number[]
}

/** Waits until the route has come to this, and stays there for a report. */
async function reports(route: string, { client, server }: Expected): Promise<void> {
  const total = (from: number): number => reported(route).reduce((sum, count, i) => (i < from ? sum : sum + count), 0)
  const expected = [...client, ...server].reduce((sum, count) => sum + count, 0)
  await until(
    () => total(0) >= expected,
    () => `${route}: ${JSON.stringify(reported(route))}, not ${JSON.stringify([...client, ...server])}`,
  )
  const { length } = subscriber.packets
  await until(() => subscriber.packets.length >= length + 1, 'another report')
  assert.deepEqual(reported(route), [...client, ...server])
}

async function metrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${gateway.publishPort}/metrics`)).text()
}

/** Bytes of the head of what came. */
function headOf(bytes: string): number {
  return bytes.indexOf('\r\n\r\n') + 4
}

test('a request and its response', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello')
  const response = await ask(gateway.port, 'GET /plain?q HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [request] = backend.requests
  await reports('plain', {
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
  await reports('upload', {
    client: [71 + 59, headOf(response.bytes) + headOf(second.bytes), 11 + 3, 2 + 2, 0, 0],
    server: [38 * 2, sent, 2 + 2, 11 + 3, 0, 0],
  })
})

test('an error of the backend, and one of the gateway', async () => {
  backend.answer(answer([], 'oh', '500 Oops'))
  const response = await ask(gateway.port, get('/error'))
  await reports('error', {
    client: [40, headOf(response.bytes), 0, 2, 0, 0],
    server: [40, headOf(backend.requests[0]?.bytes ?? ''), 2, 0, 0, 0],
  })
  const { bytes, body } = await ask(gateway.port, get('/refused'))
  // Nothing reached a server.
  await reports('refused', { client: [42, headOf(bytes), 0, body.length, 0, 0], server: [0, 0, 0, 0, 0, 0] })
})

test('a HEAD request has no content', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
  const client = await RawClient.connect(gateway.port)
  client.send('HEAD /head HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const { bytes } = await client.response({ toHead: true })
  client.abort()
  await reports('head', {
    client: [40, bytes.length, 0, 0, 0, 0],
    server: [40, headOf(backend.requests[0]?.bytes ?? ''), 0, 0, 0, 0],
  })
})

test('a script of another origin is what its client got', async () => {
  backend.answer(answer([], 'hello'))
  const { bytes, body } = await ask(gateway.port, get('/script?callback=f'))
  await reports('script', {
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
  await reports('poll', {
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
  await reports('stream', {
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
  await reports('pages', {
    client: [40, headOf(bytes), 0, 9, 0, 0],
    server: [74 + 38, sent, 5 + 4, 0, 0, 0],
  })
})

test('a WebSocket has messages, and no prefix of GRIP on the side of its client', async () => {
  webSockets.accept([GRIP])
  const { client, server } = await openPair(gateway, webSockets, '/ws')
  server.control({ type: 'subscribe', channel: 'ws' })
  await held(gateway, 'ws')
  client.sendFrame({ fin: false, payload: 'one,' })
  client.sendFrame({ opcode: 0, payload: 'two' })
  client.ping('p')
  assert.equal(await server.next(), 'text one,+')
  server.sendText('m:hello')
  assert.equal(await client.next(), 'text hello')
  await gateway.publish([{ channel: 'ws', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await client.next(), 'text published')
  server.control({ type: 'keep-alive', content: 'alive', timeout: 1 })
  assert.equal(await client.next(), 'text alive')
  client.close(1000)
  server.close(1000)
  await client.closed()
  const control =
    '{"type":"subscribe","channel":"ws"}'.length + '{"type":"keep-alive","content":"alive","timeout":1}'.length
  await reports('ws', {
    client: [handshake('/ws').length, client.response.bytes.length, 8, 5 + 9 + 5, 2, 3],
    server: [server.acceptance([GRIP]).length, server.bytes.length, 7 + 4 + control, 8, 3, 2],
  })
})

for (const [path, kind] of [
  ['/tunnel', 'whose backend does not know GRIP'],
  ['/raw', 'that is passed through'],
] as const) {
  test(`a WebSocket ${kind} has bytes`, async () => {
    webSockets.accept()
    const { client, server } = await openPair(gateway, webSockets, path, { early: Buffer.alloc(100) })
    client.sendText('hello')
    server.sendText('hi')
    assert.equal(await client.next(), 'text hi')
    client.vanish()
    await server.closed()
    // With the head of a frame, and the mask of a client.
    await reports(path.slice(1), {
      client: [handshake(path).length, client.response.bytes.length, 100 + 6 + 5, 2 + 2, 0, 0],
      server: [server.acceptance().length, server.bytes.length, 2 + 2, 100 + 6 + 5, 0, 0],
    })
  })
}

test('a WebSocket over HTTP has requests and messages', async () => {
  const { client, open } = await openOverHttp(gateway, events, { path: '/over' })
  client.sendText('hello')
  const message = await events.next()
  assert.deepEqual(message.events, ['TEXT hello'])
  message.answer(event('TEXT', 'hi'))
  assert.equal(await client.next(), 'text hi')
  client.vanish()
  const end = await events.next()
  end.answer()
  await until(
    async () => (await metrics()).includes('\nbackend_seconds_count{route="over"} 3\n'),
    'the time of each request',
  )
  assert.ok((await metrics()).includes('\naccept_seconds_count{route="over"} 1\n'))
  const requests = [open, message, end].map(({ request }) => request)
  const sent = requests.reduce((sum, { bytes }) => sum + headOf(bytes), 0)
  // OPEN, TEXT and DISCONNECT each with their line ends.
  await reports('over', {
    client: [handshake('/over').length, client.response.bytes.length, 5, 2, 1, 1],
    server: [82 + 83 + 82, sent, 6 + 12, 6 + 15 + 12, 1, 1],
  })
})

function post(path: string, body = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

test('a session of SockJS is a WebSocket, whatever brings its messages', async () => {
  webSockets.accept([GRIP])
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr'))).body, 'o\n')
  const server = await webSockets.next()
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr_send', '["hello"]'))).body, 'ok')
  assert.equal(await server.next(), 'text hello')
  server.sendText('m:hi')
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr'))).body, 'a["hi"]\n')
  await until(() => reported('sockjs')[4] === 1 && reported('sockjs')[5] === 1, 'a message each way')
  assert.deepEqual(reported('sockjs').slice(2, 6), [5, 2, 1, 1])
  assert.deepEqual(reported('sockjs').slice(8), [4, 5, 1, 1])
  server.vanish()
})

test('a service behind ZeroMQ has heads as they would be in HTTP', async () => {
  const before = reported('zhttp')
  service.onRequest = (exchange) => exchange.respond('hello', [['X-A', 'b']])
  const { bytes } = await ask(gateway.port, 'POST /zhttp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc')
  await until(() => (reported('zhttp')[9] ?? 0) > 0, 'the request at the service')
  const since = reported('zhttp').map((count, i) => count - (before[i] ?? 0))
  assert.deepEqual(since.slice(0, 4), [60, headOf(bytes), 3, 5])
  assert.deepEqual([since[6], since[8], since[9]], [46, 5, 3])
})
