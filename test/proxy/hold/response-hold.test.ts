import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Exchange } from '../../../proxy/accept/exchange.ts'
import { ResponseHold } from '../../../proxy/hold/response-hold.ts'
import { UpdateQueue } from '../../../proxy/hold/links/update-queue.ts'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { Delivery } from '../../../proxy/send/delivery.ts'
import type { InstructResponse } from '../../../shared/grip/instruct/instruct.ts'
import type { HeaderList, HttpResponseFormat } from '../../../shared/grip/item/publish-item.ts'
import type { RawClient, RawResponse } from '../../support/raw-client.ts'
import { GET, clientExchange } from '../accept/client-request.ts'
import { mockClock } from './mock-clock.ts'
import type { Clock } from './mock-clock.ts'
import { httpStream, publishItem } from '../../support/publish-item.ts'

const HELD: InstructResponse = {
  code: 202,
  reason: 'Nothing',
  headers: [
    ['Content-Type', 'application/json'],
    ['X-Held', '1'],
    ['X-Held', '2'],
  ],
  body: Buffer.from('{"n":0}\n'),
}

interface Held {
  readonly hold: ResponseHold
  readonly exchange: Exchange
  readonly client: RawClient
  readonly clock: Clock
  /** `ended` and `retry`, as they came. */
  readonly told: string[]
}

async function held(t: TestContext, request = GET, response = HELD): Promise<Held> {
  const { exchange, client } = await clientExchange(request)
  const clock = mockClock(t)
  const told: string[] = []
  const wheel = new TimerWheel()
  const channels = new Map([['room', { name: 'room', lastId: undefined, filters: [] }]])
  const hold = new ResponseHold(
    exchange,
    channels,
    { response, meta: {} },
    {
      wheel,
      subscriptions: new Subscriptions(wheel, 10_000),
      updates: new UpdateQueue(wheel),
      posts: { of: () => () => Promise.reject(new Error('general error')) },
      queueMax: 1000,
      ended: () => void told.push('ended'),
      tooSlow: () => void told.push('too slow'),
      retry: () => void told.push('retry'),
    },
  )
  return { hold, exchange, client, clock, told }
}

function delivery(httpResponse: HttpResponseFormat | undefined): Delivery {
  return new Delivery(publishItem('room', { httpResponse, httpStream: httpStream('for streams') }))
}

interface Published {
  readonly code?: number
  readonly headers?: HeaderList
  readonly body?: string
  readonly bodyPatch?: unknown[]
}

function published({ code = 200, headers = [], body, bodyPatch }: Published): Delivery {
  return delivery({
    action: 'send',
    code,
    reason: code === 200 ? 'OK' : 'Other',
    headers,
    body: body === undefined ? undefined : Buffer.from(body),
    bodyPatch,
    contentFilters: undefined,
  })
}

async function answerTo(t: TestContext, item: Published): Promise<RawResponse> {
  const { hold, client } = await held(t)
  hold.start(30)
  assert.equal(hold.deliver(published(item)), true)
  return client.response()
}

test('what is published is the answer, with the held headers', async (t) => {
  const { bytes } = await answerTo(t, { body: 'hello' })
  assert.equal(
    bytes,
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Held: 1\r\nX-Held: 2\r\nContent-Length: 5\r\n' +
      '\r\nhello',
  )
})

test('a published header replaces the held ones of its name, in any case', async (t) => {
  const { headers } = await answerTo(t, { headers: [['x-held', '3']], body: '' })
  assert.deepEqual(headers.slice(0, 3), ['Content-Type: application/json', 'x-held: 3', 'Content-Length: 0'])
})

test('headers that frame the message, or are for gateways, cannot be published', async (t) => {
  const headers: HeaderList = [
    ['Grip-Hold', 'stream'],
    ['content-length', '99'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close'],
    ['Keep-Alive', 'timeout=1'],
    ['X-New', '1'],
  ]
  const response = await answerTo(t, { headers, body: 'hello' })
  assert.equal(response.body, 'hello')
  assert.deepEqual(response.values('X-New'), ['1'])
  assert.deepEqual(response.values('Content-Length'), ['5'])
  assert.deepEqual(response.values('Grip-Hold'), [])
  assert.deepEqual(response.values('Transfer-Encoding'), [])
  assert.deepEqual(response.values('Connection'), [])
})

test('a patch is applied to the held body', async (t) => {
  const { body } = await answerTo(t, { bodyPatch: [{ op: 'replace', path: '/n', value: 1 }] })
  assert.equal(body, '{"n":1}\n')
})

test('a patch that does not fit makes an empty body', async (t) => {
  const { code, body } = await answerTo(t, { bodyPatch: [{ op: 'remove', path: '/missing' }] })
  assert.equal(code, 200)
  assert.equal(body, '')
})

test('when the time is up the held response is the answer', async (t) => {
  const { hold, client, clock, told } = await held(t)
  hold.start(30)
  clock.advance(29_990)
  assert.deepEqual(told, [])
  clock.advance(200)
  const { line, body } = await client.response()
  assert.equal(line, 'HTTP/1.1 202 Nothing')
  assert.equal(body, '{"n":0}\n')
  assert.equal(told[0], 'ended')
})

test('an answered poll ends, and its time is no longer up later', async (t) => {
  const { hold, client, clock, told } = await held(t)
  hold.start(30)
  hold.deliver(published({ body: 'first' }))
  hold.deliver(published({ body: 'second' }))
  clock.advance(60_000)
  const { body } = await client.response()
  assert.equal(body, 'first')
  assert.equal(client.pending, '')
  assert.ok(!told.includes('retry'))
})

test('a client that leaves ends its poll', async (t) => {
  const { hold, exchange, client, clock, told } = await held(t)
  hold.start(30)
  const closed = new Promise((resolve) => exchange.res.once('close', resolve))
  client.abort()
  await closed
  assert.deepEqual(told, ['ended'])
  clock.advance(60_000)
  hold.deliver(published({ body: 'late' }))
})

test('an item without http-response is nothing for a poll', async (t) => {
  const { hold, told } = await held(t)
  hold.start(30)
  assert.equal(hold.deliver(delivery(undefined)), false)
  assert.deepEqual(told, [])
})

test('a hint asks the backend again and answers nothing', async (t) => {
  const { hold, exchange, client, clock, told } = await held(t)
  hold.start(30)
  hold.deliver(delivery({ action: 'hint' }))
  clock.advance(60_000)
  assert.deepEqual(told, ['ended', 'retry'])
  assert.equal(exchange.isRetry, true)
  assert.equal(client.pending, '')
})

for (const action of ['close', 'refresh'] as const) {
  test(`${action} is nothing to a poll`, async (t) => {
    const { hold, told } = await held(t)
    hold.start(30)
    hold.deliver(delivery({ action }))
    assert.deepEqual(told, [])
  })
}

test('recover asks the backend again within a second, once', async (t) => {
  const { hold, clock, told } = await held(t)
  hold.start(30)
  hold.recover()
  hold.recover()
  assert.deepEqual(told, [])
  clock.advance(1200)
  assert.deepEqual(told, ['ended', 'retry'])
  clock.advance(60_000)
  assert.deepEqual(told, ['ended', 'retry'])
})

test('the connection of an answered poll serves the next request', async (t) => {
  const { hold, exchange, client } = await held(t)
  hold.start(30)
  hold.deliver(published({ body: 'hello' }))
  await client.response()
  assert.equal(exchange.req.socket.destroyed, false)
  assert.equal(client.ended, false)
})

test('a HEAD request gets the length and no body', async (t) => {
  const { hold, client } = await held(t, 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  hold.start(30)
  hold.deliver(published({ body: 'hello' }))
  const bytes = await client.closed()
  assert.match(bytes, /\r\nContent-Length: 5\r\n/)
  assert.ok(bytes.endsWith('\r\n\r\n'))
})

test('a poll that was to recover before it began does so when it has', async (t) => {
  const { hold, clock, told } = await held(t)
  hold.recover()
  hold.start(30)
  clock.advance(1200)
  assert.deepEqual(told, ['ended', 'retry'])
})

test('a poll that was to recover before it began asks the backend again once, not also later', async (t) => {
  const { hold, clock, told } = await held(t)
  hold.recover()
  hold.start(30)
  hold.deliver(delivery({ action: 'hint' }))
  clock.advance(60_000)
  assert.deepEqual(told, ['ended', 'retry'])
})
