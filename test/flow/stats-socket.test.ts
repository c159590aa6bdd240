// GRIP 9.1 to 9.3: packets, blocks and Prometheus.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { freePorts } from '../support/free-ports.ts'
import { commandLineOf } from '../support/process-tree.ts'
import { RawClient } from '../support/raw-client.ts'
import { StatsSubscriber } from '../support/stats-subscriber.ts'
import { until } from '../support/until.ts'
import { get, held, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const [stats = 0, metrics = 0, proxyMetrics = 0] = await freePorts(3)
const { gateway, backend } = await startBoth({
  workers: 2,
  routes: [
    '*,path_beg=/shop,id=shop BACKEND',
    '*,path_beg=/ws,proto=ws,id=chat test',
    '*,path_beg=/raw,id=raw,no_grip BACKEND',
  ],
  config: {
    global: { stats_connection_ttl: 2 },
    proxy: { prometheus_port: `127.0.0.1:${proxyMetrics}` },
    handler: {
      stats_spec: `tcp://127.0.0.1:${stats}`,
      stats_format: 'json',
      stats_report_interval: 1,
      stats_subscription_ttl: 2,
      subscription_linger: 1,
      message_block_size: 4,
      prometheus_port: `127.0.0.1:${metrics}`,
      prometheus_prefix: 'gw_',
    },
  },
})

const subscriber = new StatsSubscriber(`tcp://127.0.0.1:${stats}`)
const clients: RawClient[] = []
after(() => {
  subscriber.close()
  for (const client of clients) client.abort()
})
await subscriber.sees('report', { connections: 0 })

async function open(path: string): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port)
  clients.push(client)
  client.send(get(path))
  return client
}

/** The samples of a metrics text. */
async function metricsOf(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(url)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

const ofGateway = (): Promise<Map<string, number>> => metricsOf(`http://127.0.0.1:${metrics}/`)

async function hasMetric(name: string, value: number): Promise<void> {
  await until(
    async () => (await ofGateway()).get(name) === value,
    () => `${name} ${value}`,
  )
}

/** What was reported of a route since then. */
function reported(route: string | undefined, figure: string, from = 0): number {
  const reports = subscriber.of('report').slice(from)
  return reports.filter((report) => report['route'] === route).reduce((sum, report) => sum + Number(report[figure]), 0)
}

test('a request comes and goes', async () => {
  backend.answer(answer([], 'plain'))
  await (await open('/shop/1')).response()
  const { id } = await subscriber.sees('conn', { route: 'shop', type: 'http', 'peer-address': '127.0.0.1', ttl: 2 })
  await subscriber.sees('conn', { id, route: 'shop', unavailable: true })
  await subscriber.sees('activity', { route: 'shop', count: 1 })
  await subscriber.sees('counts', { 'requests-received': 1 })
})

test('a long poll is there until it is answered, and its channel for as long as it lingers', async () => {
  backend.answer(longPoll('polled'))
  const client = await holdOn(gateway, 'polled')
  clients.push(client)
  await subscriber.sees('sub', { channel: 'polled', mode: 'response', subscribers: 1, ttl: 2 })
  await gateway.publish([{ channel: 'polled', id: 'i', formats: { 'http-response': { body: '12345' } } }])
  await client.response()
  await subscriber.sees('message', {
    channel: 'polled',
    'item-id': 'i',
    count: 1,
    blocks: 2,
    transport: 'http-response',
  })
  await subscriber.sees('sub', { channel: 'polled', mode: 'response', unavailable: true })
})

test('streams of two workers are subscribers, and receivers, of one channel', async () => {
  const before = subscriber.of('report').length
  backend.answer(stream('streamed'))
  const streams = await Promise.all(Array.from({ length: 20 }, () => open('/shop/stream')))
  await held(gateway, 'streamed', 20)
  await subscriber.sees('sub', { channel: 'streamed', mode: 'stream', subscribers: 20 })
  await gateway.publish([{ channel: 'streamed', formats: { 'http-stream': { content: '123456789' } } }])
  await subscriber.sees('message', { channel: 'streamed', count: 20, blocks: 60, transport: 'http-stream' })
  await hasMetric('gw_held_connections', 20)
  await until(
    () => reported('shop', 'sent', before) === 20 && reported('shop', 'blocks-sent', before) === 60,
    () => `the report:\n${subscriber.packets.map(String).join('\n')}`,
  )
  assert.equal(reported('shop', 'minutes', before), 20)
  await subscriber.sees('report', { route: 'shop', connections: 20 })
  const told = (id: unknown): number => subscriber.of('conn').filter((packet) => packet['id'] === id).length
  const { id } = subscriber.of('conn').findLast(({ route }) => route === 'shop') as { id: string }
  await until(() => told(id) >= 2, 'the connection is told again')
  const subs = (): number => subscriber.of('sub').filter(({ subscribers }) => subscribers === 20).length
  await until(() => subs() >= 2, 'the subscribers are told again')
  for (const client of streams) client.abort()
  await subscriber.sees('conn', { id, unavailable: true })
  await subscriber.sees('sub', { channel: 'streamed', mode: 'stream', unavailable: true })
  await hasMetric('gw_connection_connected', 0)
})

test('metrics have what was counted, on their port and on that of publishers', async () => {
  await hasMetric('gw_message_sent', 21)
  const all = await metricsOf(`http://127.0.0.1:${gateway.publishPort}/metrics`)
  assert.equal(all.get('gw_request_received'), 22)
  assert.equal(all.get('gw_message_received'), 2)
  assert.equal(all.get('gw_messages_received_total'), 2)
  assert.equal(all.get('gw_slow_clients_cut_total'), 0)
  assert.equal(all.get('gw_workers'), 2)
  assert.equal(all.get('gw_worker_waiting_bytes{worker="1"}'), 0)
  assert.equal(all.get('gw_backend_seconds_count{route="shop"}'), 21)
  assert.equal(all.get('gw_accept_seconds_count{route="shop"}'), 20)
  assert.equal(all.get('gw_accept_seconds_count'), 1)
  assert.ok(Number(all.get('gw_publish_to_write_seconds_count')) >= 2)
  const proxy = await metricsOf(`http://127.0.0.1:${proxyMetrics}/`)
  assert.equal(proxy.get('request_received'), 22)
  assert.equal(proxy.get('message_received'), 0)
})

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket']
const HANDSHAKE = [...UPGRADE, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
const SWITCH = [
  'HTTP/1.1 101 Switching Protocols',
  ...UPGRADE,
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  '',
  '',
]

for (const [kind, path, route] of [
  ['with GRIP', '/ws/ws', 'chat'],
  ['that is passed through', '/raw', 'raw'],
] as const) {
  test(`a WebSocket ${kind} is a connection of its route until it closes`, async () => {
    backend.answer(SWITCH.join('\r\n'))
    const client = await RawClient.connect(gateway.port)
    client.send(get(path, HANDSHAKE))
    const { id } = await subscriber.sees('conn', { route, type: 'ws' })
    await hasMetric(`gw_accept_seconds_count{route="${route}"}`, 1)
    // Told again, so it is open.
    await until(
      () => subscriber.of('conn').filter((packet) => packet['id'] === id).length >= 2,
      `${path} a second time`,
    )
    client.abort()
    await subscriber.sees('conn', { id, unavailable: true })
  })
}

test('keep-alives are activity', async () => {
  backend.answer(stream('kept', ['Grip-Keep-Alive: ping; timeout=1']))
  const client = await open('/shop/kept')
  await held(gateway, 'kept')
  await until(() => activity() >= 23, 'the request and a keep-alive')
  client.abort()
})

test('a new handler knows who is connected and subscribed', async () => {
  backend.answer(stream('stays'))
  const client = await open('/shop/stays')
  await held(gateway, 'stays')
  const { id } = await subscriber.sees('conn', { type: 'http', route: 'shop', id: await idOf('stays') })
  const pid = gateway.pids().find((each) => commandLineOf(each).includes('handler/main.js'))
  assert.ok(pid !== undefined)
  subscriber.packets.length = 0
  process.kill(pid, 'SIGKILL')
  await subscriber.sees('conn', { id, type: 'http', route: 'shop' })
  await subscriber.sees('sub', { channel: 'stays', mode: 'stream', subscribers: 1 })
  await subscriber.sees('report', { route: 'shop', connections: 1 })
  await hasMetric('gw_connection_connected', 1)
  client.abort()
  await hasMetric('gw_connection_connected', 0)
})

/** Requests, retries and keep-alives of the route. */
function activity(): number {
  const packets = subscriber.of('activity').filter(({ route }) => route === 'shop')
  return packets.reduce((sum, { count }) => sum + Number(count), 0)
}

/** Of the newest connection of the route, when its channel has a subscriber. */
async function idOf(channel: string): Promise<string> {
  await subscriber.sees('sub', { channel, subscribers: 1 })
  const { id } = subscriber.of('conn').findLast((packet) => packet['type'] === 'http') as { id: string }
  return id
}
