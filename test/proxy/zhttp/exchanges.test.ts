import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Exchanges } from '../../../proxy/zhttp/exchanges.ts'
import type { ZhttpExchange } from '../../../proxy/zhttp/zhttp-exchange.ts'
import { mockClock } from '../hold/mock-clock.ts'
import type { Clock } from '../hold/mock-clock.ts'

interface Fixture {
  readonly exchanges: Exchanges
  readonly clock: Clock
  /** What was sent: to which service, and the packet. */
  readonly sent: [service: string, packet: string][]
  /** What the owners heard. */
  readonly heard: string[]
  readonly open: () => ZhttpExchange
}

function fixture(t: TestContext): Fixture {
  const clock = mockClock(t)
  const sent: [string, string][] = []
  const heard: string[] = []
  const exchanges = new Exchanges(() => {})
  exchanges.use({
    address: 'gw',
    offer: (_target, _id, packet) => sent.push(['', packet.toString()]),
    tell: (_target, service, _id, packet) => sent.push([service, packet.toString()]),
    close() {},
  })
  const open = (): ZhttpExchange => {
    const exchange = exchanges.open('zhttp/x', false, {
      received: ({ type, body }) => heard.push(`${type || 'data'} ${body.toString()}`.trim()),
      failed: (failure) => heard.push(failure),
    })
    exchange.send({ body: 'request' })
    sent.length = 0
    return exchange
  }
  return { exchanges, clock, sent, heard, open }
}

/** A packet of the service `me`, from its fields as tnetstrings. */
function packet(id: string, seq: number, fields: string): Buffer {
  const content = `4:from,2:me,2:id,${id.length}:${id},3:seq,${String(seq).length}:${seq}#${fields}`
  return Buffer.from(`T${content.length}:${content}}`)
}

const KEEP_ALIVE = '4:type,10:keep-alive,'
const MULTI = '3:ext,15:5:multi,4:true!}'

test('a service that is silent for 60 s has failed', (t) => {
  const { clock, heard, open } = fixture(t)
  open()
  clock.advance(59_000)
  assert.deepEqual(heard, [])
  clock.advance(6000)
  assert.deepEqual(heard, ['timeout'])
})

test('each packet of a service is a sign of life', (t) => {
  const { exchanges, clock, heard, open } = fixture(t)
  const { id } = open()
  for (let seq = 0; seq < 4; seq++) {
    clock.advance(50_000)
    exchanges.packet('zhttp/x', packet(id, seq, KEEP_ALIVE))
  }
  assert.deepEqual(heard, [])
})

test('the wait begins with the first packet, not with the exchange', (t) => {
  const { exchanges, clock, heard } = fixture(t)
  exchanges.open('zhttp/x', false, { received() {}, failed: (failure) => heard.push(failure) })
  clock.advance(200_000)
  assert.deepEqual(heard, [])
})

test('a service hears of each exchange at least every 45 s', (t) => {
  const { exchanges, clock, sent, open } = fixture(t)
  const { id } = open()
  exchanges.packet('zhttp/x', packet(id, 0, KEEP_ALIVE))
  clock.advance(45_000)
  const content = `4:from,2:gw,2:id,${id.length}:${id},3:seq,1:1#4:type,10:keep-alive,`
  assert.deepEqual(sent, [['me', `T${content.length}:${content}}`]])
})

test('signs of life of many exchanges go together, 128 at most, to a service that understands that', (t) => {
  const { exchanges, clock, sent, open } = fixture(t)
  const opened = Array.from({ length: 130 }, () => open())
  for (const { id } of opened) exchanges.packet('zhttp/x', packet(id, 0, KEEP_ALIVE + MULTI))
  clock.advance(45_000)
  const counts = sent.map(([, text]) => text.split('3:seq,1:1#').length - 1)
  assert.deepEqual(counts, [128, 2])
  assert.ok(sent.every(([service, text]) => service === 'me' && text.includes(KEEP_ALIVE)))
})

test('a missing packet ends the exchange, and the service is told', (t) => {
  const { exchanges, sent, heard, open } = fixture(t)
  const { id } = open()
  exchanges.packet('zhttp/x', packet(id, 0, '4:body,1:a,4:more,4:true!'))
  exchanges.packet('zhttp/x', packet(id, 2, '4:body,1:c,'))
  assert.deepEqual(heard, ['data a', 'failed'])
  assert.equal(sent.length, 1)
  assert.match(sent[0]?.[1] ?? '', /4:type,6:cancel,/)
  exchanges.packet('zhttp/x', packet(id, 3, '4:body,1:d,'))
  assert.equal(heard.length, 2)
})

test('a packet that comes for another target is not heard', (t) => {
  const { exchanges, heard, open } = fixture(t)
  const { id } = open()
  exchanges.packet('zhttp/y', packet(id, 0, '4:body,1:a,'))
  assert.deepEqual(heard, [])
})

test('the first packet that nobody takes can go elsewhere, later ones cannot', (t) => {
  const { exchanges, heard, open } = fixture(t)
  exchanges.unsent(open().id)
  const exchange = open()
  exchanges.packet('zhttp/x', packet(exchange.id, 0, KEEP_ALIVE))
  exchange.send({ type: 'credit', credits: 1 })
  exchanges.unsent(exchange.id)
  assert.deepEqual(heard, ['unreachable', 'failed'])
})

test('a service that goes on with an exchange nobody has is told to cancel', (t) => {
  const { exchanges, sent } = fixture(t)
  exchanges.packet('zhttp/x', packet('gw:gone', 4, KEEP_ALIVE))
  assert.deepEqual(sent, [['me', 'T43:4:from,2:gw,2:id,7:gw:gone,4:type,6:cancel,}']])
  exchanges.packet('zhttp/x', packet('gw:gone', 5, '4:type,6:cancel,'))
  exchanges.packet('zhttp/x', packet('gw:gone', 5, '4:type,5:error,'))
  assert.equal(sent.length, 1)
})
