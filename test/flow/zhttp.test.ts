// GRIP 12.2: requests for `zhttp` targets.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, beforeEach, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask, askUntilClosed, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpService } from '../support/zhttp-service.ts'
import type { ServedExchange } from '../support/zhttp-service.ts'
import { get, held } from './held.ts'

const ipc = ipcSpec()
const other = ipcSpec()
const [base = 0, nobody = 0] = await freePorts(2)
const gateway = await startGateway({
  routes: [
    `*,debug zhttp/${ipc.spec},ipc_file_mode=600`,
    `tcp.example zhttp/tcp://127.0.0.1:${base}`,
    `tls.example,debug zhttp/${ipc.spec},ssl,untrusted,insecure,trust_connect_host,host=origin.example`,
    `dead.example zhttp/tcp://127.0.0.1:${nobody} zhttp/${other.spec}`,
    `alone.example,debug zhttp/tcp://127.0.0.1:${nobody}`,
    `second.example zhttp/${ipc.spec} zhttp/${other.spec}`,
  ],
})
const service = new ZhttpService(ipc.endpoints)
const second = new ZhttpService(other.endpoints, 'second')
const overTcp = new ZhttpService([0, 1, 2].map((n) => `tcp://127.0.0.1:${base + n}`) as [string, string, string], 'tcp')
after(async () => {
  for (const each of [service, second, overTcp]) each.close()
  await gateway.stop()
})
await answers(gateway.port)

beforeEach(() => {
  service.onRequest = (exchange) => exchange.respond('hello\n')
  service.onPacket = () => {}
  service.exchanges.length = 0
})

const onHost = (host: string, request = get('/')): string => request.replace('localhost', host)

function post(body: string): string {
  return `POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function next(): Promise<ServedExchange> {
  await until(() => service.exchanges.length > 0, 'a request at the service')
  return service.exchanges[0] as ServedExchange
}

test('a request reaches a service as a packet, and its packet is the response', async () => {
  service.onRequest = (exchange) =>
    exchange.respond('caf\u00e9\n', [
      ['Content-Type', 'text/plain'],
      ['X-A', '1'],
      ['X-A', '2'],
    ])
  const response = await ask(gateway.port, get('/path?q=%20', ['X-B: b']))
  assert.equal(response.line, 'HTTP/1.1 200 OK')
  assert.deepEqual(response.headers, ['Content-Type: text/plain', 'X-A: 1', 'X-A: 2', 'Content-Length: 6'])
  assert.equal(response.body, Buffer.from('caf\u00e9\n').toString('latin1'))
  const { first, headers } = await next()
  assert.deepEqual(
    { ...first, headers: undefined, from: undefined, id: undefined, body: first.body?.toString() },
    {
      body: '',
      credits: 200_000,
      ext: { multi: true },
      from: undefined,
      headers: undefined,
      id: undefined,
      'ignore-policies': true,
      method: 'GET',
      seq: 0,
      stream: true,
      uri: 'http://localhost/path?q=%20',
    },
  )
  assert.match(first.from, /^pushpin-proxy_\d+_0_[0-9a-f]{8}$/)
  assert.equal(headers['x-b'], 'b')
  assert.equal(headers['host'], 'localhost')
  assert.ok(headers['grip-sig'])
})

test('what a target says of its origin is in the packet', async () => {
  await ask(gateway.port, onHost('tls.example'))
  const { first, headers } = await next()
  assert.equal(first.uri, 'https://origin.example/')
  assert.equal(headers['host'], 'origin.example')
  assert.equal(first['ignore-policies'], undefined)
  assert.equal(first['ignore-tls-errors'], true)
  assert.equal(first['trust-connect-host'], true)
})

test('a tcp spec stands for its port and the two after it', async () => {
  await until(async () => (await ask(gateway.port, onHost('tcp.example'))).body === 'hello\n', 'an answer over TCP')
})

test('the socket files have the mode that the target says', () => {
  for (const endpoint of ipc.endpoints) assert.equal(statSync(endpoint.slice('ipc://'.length)).mode & 0o777, 0o600)
})

test('a small body is in the first packet, whole', async () => {
  service.onRequest = (exchange) => exchange.respond(exchange.body.toString())
  assert.equal((await ask(gateway.port, post('abc'))).body, 'abc')
  const chunked =
    'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'
  assert.equal((await ask(gateway.port, chunked)).body, 'abc')
  assert.deepEqual(
    service.exchanges.map(({ packets }) => packets.length),
    [1, 1],
  )
})

test('a service that answers before it has the body is heard, and gets no more of it', async () => {
  service.onRequest = (exchange) => exchange.respond('no', [], 413)
  const client = await RawClient.connect(gateway.port)
  client.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n')
  client.send(Buffer.alloc(100_000))
  assert.equal((await client.response()).code, 413)
  client.abort()
})

test('a client that goes away ends the exchange at the service', async () => {
  service.onRequest = (exchange) => exchange.say({ code: 200, reason: 'OK', headers: [], body: 'part', more: true })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  await client.until('part')
  client.abort()
  const exchange = await next()
  await until(() => exchange.types().includes('cancel'), 'a cancel')
})

test('a service that answers only when the client has gone hears it then', async () => {
  service.onRequest = () => {}
  const client = await RawClient.connect(gateway.port)
  client.send(get('/late'))
  const exchange = await next()
  client.abort()
  await gateway.log.waitFor(/GET http:\/\/localhost\/late /)
  exchange.say({ type: 'keep-alive' })
  await until(() => exchange.types().includes('cancel'), 'a cancel')
})

const conditions: [condition: string, code: number, body: string][] = [
  ['length-required', 411, 'Must provide Content-Length header.\n'],
  ['policy-violation', 502, 'Error: Origin host/IP blocked.\n'],
  ['bad-request', 502, 'Error while proxying to origin.\n'],
  ['session-timeout', 502, 'Error while proxying to origin.\n'],
]
for (const [condition, code, body] of conditions) {
  test(`the error ${condition} of a service is answered with ${code}`, async () => {
    service.onRequest = (exchange) => exchange.say({ type: 'error', condition })
    const response = await ask(gateway.port, get('/'))
    assert.equal(response.code, code)
    assert.equal(response.body, body)
  })
}

for (const condition of ['remote-connection-failed', 'connection-timeout', 'tls-error']) {
  test(`after the error ${condition} the next target is tried, with the body`, async () => {
    service.onRequest = (exchange) => exchange.say({ type: 'error', condition })
    second.onRequest = (exchange) => exchange.respond(`second ${exchange.body.toString()}`)
    assert.equal((await ask(gateway.port, onHost('second.example', post('abc')))).body, 'second abc')
  })
}

test('a target without any service is passed over', async () => {
  second.onRequest = (exchange) => exchange.respond('second')
  assert.equal((await ask(gateway.port, onHost('dead.example'))).body, 'second')
  assert.equal(
    (await ask(gateway.port, onHost('alone.example'))).body,
    `Unable to connect to any targets. Tried: zhttp/tcp://127.0.0.1:${nobody}\n`,
  )
})

test('a service that cancels, or leaves out a packet, ends the response', async () => {
  service.onRequest = (exchange) => exchange.say({ type: 'cancel' })
  assert.equal((await ask(gateway.port, get('/'))).code, 502)
  service.exchanges.length = 0
  service.onRequest = (exchange) => {
    exchange.say({ code: 200, reason: 'OK', headers: [], body: 'begin', more: true })
    exchange.say({ seq: 2, body: 'end' })
  }
  const text = await askUntilClosed(gateway.port, get('/'))
  assert.ok(text.endsWith('5\r\nbegin\r\n'), text)
  const exchange = await next()
  await until(() => exchange.types().includes('cancel'), 'a cancel')
})

const bad: [name: string, fields: Record<string, string | number | string[][]>][] = [
  ['a line break in a header', { code: 200, headers: [['X', 'a\r\nY: b']] }],
  ['a header name that is none', { code: 200, headers: [['X Y', 'a']] }],
  ['a line break in the reason', { code: 200, reason: 'OK\r\nX: y' }],
  ['no status', { body: 'x' }],
  ['an interim status', { code: 100 }],
  ['more content than its length', { code: 200, headers: [['Content-Length', '1']], body: 'xyz' }],
  ['less content than its length', { code: 200, headers: [['Content-Length', '9']], body: 'xyz' }],
  [
    'two lengths',
    {
      code: 200,
      headers: [
        ['Content-Length', '1'],
        ['Content-Length', '3'],
      ],
      body: 'xyz',
    },
  ],
]
for (const [name, fields] of bad) {
  test(`a response with ${name} is none`, async () => {
    service.onRequest = (exchange) => exchange.say(fields)
    const response = await ask(gateway.port, get('/'))
    assert.equal(response.code, 502)
    assert.equal(response.body, 'Error while proxying to origin.\n')
  })
}

test('bytes that are no packet are ignored', async () => {
  service.onRequest = (exchange) => {
    for (const bytes of ['', 'T', 'X2:{}', 'T0:}', 'T5:hello,', 'T13:2:id,5:12345#}', 'T9:2:id,2:~~]}']) {
      service.publishBytes(exchange.first.from, Buffer.from(bytes))
    }
    exchange.respond('fine')
  }
  assert.equal((await ask(gateway.port, get('/'))).body, 'fine')
})

test('a response to HEAD has no content, whatever the packet holds', async () => {
  service.onRequest = (exchange) => exchange.respond('content', [['Content-Length', '7']])
  const client = await RawClient.connect(gateway.port)
  client.send(get('/').replace('GET', 'HEAD'))
  assert.deepEqual((await client.response({ toHead: true })).headers, ['Content-Length: 7'])
  client.send(get('/'))
  assert.equal((await client.response()).body, 'content')
  client.abort()
})

test('instructions hold the request, and what is published reaches it', async () => {
  service.onRequest = (exchange) =>
    exchange.respond('begin\n', [
      ['Grip-Hold', 'stream'],
      ['Grip-Channel', 'z1'],
    ])
  const client = await RawClient.connect(gateway.port)
  client.send(get('/hold'))
  await held(gateway, 'z1')
  await gateway.publish([{ channel: 'z1', formats: { 'http-stream': { content: 'published\n' } } }])
  await client.until('published')
  client.abort()
})

test('the target in the log is that of the route', async () => {
  await ask(gateway.port, get('/logged'))
  await gateway.log.waitFor(new RegExp(`GET http://localhost/logged -> zhttp/${ipc.spec} code=200 6$`))
})
