// GRIP 12.3: credits, both ways.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { answers, ipcSpec } from '../support/zhttp-endpoints.ts'
import { ZhttpService } from '../support/zhttp-service.ts'
import type { ServedExchange } from '../support/zhttp-service.ts'
import { get } from './held.ts'

const ipc = ipcSpec()
const other = ipcSpec()
const gateway = await startGateway({ routes: [`* zhttp/${ipc.spec}`, `other.example zhttp/${other.spec}`] })
const service = new ZhttpService(ipc.endpoints)
const otherService = new ZhttpService(other.endpoints, 'other')
after(async () => {
  service.close()
  otherService.close()
  await gateway.stop()
})
const askOther = (): Promise<unknown> =>
  ask(gateway.port, get('/').replace('localhost', 'other.example'), { limit: 1000 })
await answers(gateway.port)
await until(
  () =>
    askOther().then(
      () => true,
      () => false,
    ),
  'the other service',
)

beforeEach(() => {
  service.onRequest = (exchange) => exchange.respond('hello\n')
  service.onPacket = () => {}
  service.exchanges.length = 0
})

async function next(): Promise<ServedExchange> {
  await until(() => service.exchanges.length > 0, 'a request at the service')
  return service.exchanges[0] as ServedExchange
}

test('a large body goes as far as the service has given credits', async () => {
  const content = Buffer.alloc(3_000_000, 'x')
  service.onRequest = (exchange) => exchange.say({ type: 'credit', credits: 70_000 })
  const client = await RawClient.connect(gateway.port)
  client.send(`POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${content.length}\r\n\r\n`)
  client.send(content)
  const exchange = await next()
  const allowed = (): number => (exchange.first.body?.length ?? 0) + 70_000
  await until(
    () => exchange.body.length === allowed(),
    () => `${allowed()} bytes; came: ${exchange.body.length}`,
  )
  // It is known by an answer to another request that no more came meanwhile.
  const requests = service.exchanges.length
  service.onRequest = (between) => between.respond('between')
  assert.equal((await ask(gateway.port, get('/between'))).body, 'between')
  assert.equal(service.exchanges.length, requests + 1)
  assert.equal(exchange.body.length, allowed())
  service.onPacket = ({ id }, { body, more }) => {
    if (id !== exchange.id || body === undefined) return
    if (more === true) exchange.say({ type: 'credit', credits: body.length })
    else exchange.respond(String(exchange.body.length))
  }
  exchange.say({ type: 'credit', credits: 100_000 })
  assert.equal((await client.response()).body, String(content.length))
  assert.ok(exchange.body.equals(content))
  assert.deepEqual(exchange.seqs, [...exchange.seqs.keys()])
  client.abort()
})

/** Sends as much as the credits allow, until all is out. */
function streamOf(content: Buffer, exchange: ServedExchange): void {
  let sent = 0
  const send = (): void => {
    while (exchange.credits > 0 && sent < content.length) {
      const body = content.subarray(sent, sent + Math.min(exchange.credits, 32_768))
      sent += body.length
      exchange.credits -= body.length
      exchange.say({ body, ...(sent < content.length ? { more: true } : {}) })
    }
  }
  exchange.say({ code: 200, reason: 'OK', headers: [], body: '', more: true })
  service.onPacket = (of) => of === exchange && send()
  send()
}

test('a response of several megabytes flows as far as the client takes it', async () => {
  const content = Buffer.alloc(20_000_000, 'y')
  service.onRequest = (exchange) => streamOf(content, exchange)
  const client = await RawClient.connect(gateway.port)
  client.socket.pause()
  client.send(get('/down'))
  const exchange = await next()
  // Neither the client nor the gateway takes all of it: the credits end.
  await until(() => exchange.credits === 0, 'the credits to be used up')
  const granted = (): number => exchange.packets.reduce((sum, { credits = 0 }) => sum + credits, 0)
  let before = -1
  await until(async () => {
    const same = granted() === before && exchange.credits === 0
    before = granted()
    await askOther()
    return same
  }, 'no more credits')
  assert.ok(granted() < 15_000_000, String(granted()))
  let size = 0
  client.count((count) => (size += count))
  client.socket.resume()
  await until(
    () => size >= content.length,
    () => `${size} of ${content.length} bytes`,
    30_000,
  )
  client.abort()
})

test('a service that knows nothing of credits is cut when it overruns a client that takes nothing', async () => {
  service.onRequest = (exchange) => {
    exchange.say({ code: 200, reason: 'OK', headers: [], body: '', more: true })
    for (let i = 0; i < 400; i++) exchange.say({ body: Buffer.alloc(100_000), more: true })
  }
  const client = await RawClient.connect(gateway.port)
  client.socket.pause()
  client.send(get('/flood'))
  const exchange = await next()
  await until(() => exchange.types().includes('cancel'), 'a cancel')
  client.abort()
})
