import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamHold } from '../../../proxy/hold/stream-hold.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { Delivery } from '../../../proxy/send/delivery.ts'
import type { KeepAlive } from '../../../shared/grip/instruct/instruct.ts'
import type { HttpStreamFormat } from '../../../shared/grip/item/publish-item.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { GET, clientExchange } from '../accept/client-request.ts'
import { mockClock } from './mock-clock.ts'
import { httpStream, publishItem } from '../../support/publish-item.ts'

const HEAD = { code: 200, reason: 'OK', headers: [['Content-Type', 'text/plain']] } as const
const OPENED = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'
const CHUNKED = `${OPENED}Transfer-Encoding: chunked\r\n\r\n`

interface Stream {
  readonly hold: StreamHold
  readonly client: RawClient
  readonly told: string[]
}

async function stream(request = GET, { debug = false, queueMax = 1_000_000 } = {}): Promise<Stream> {
  const { exchange, client } = await clientExchange(request, { debug })
  const told: string[] = []
  const hold = new StreamHold(exchange, ['room'], {
    queueMax,
    wheel: new TimerWheel(),
    ended: () => void told.push('ended'),
    tooSlow: (_, waiting) => void told.push(waiting > queueMax ? 'too slow' : 'cut too early'),
  })
  hold.open(HEAD)
  return { hold, client, told }
}

function delivery(format: HttpStreamFormat | undefined): Delivery {
  return new Delivery(publishItem('room', { httpStream: format }))
}

function published(content: string | Buffer): Delivery {
  return delivery(httpStream(content))
}

test('the head is sent at once, without length; contents follow as chunks', async () => {
  const { hold, client } = await stream()
  assert.equal(await client.until(CHUNKED), CHUNKED)
  hold.write(Buffer.from('[stream opened]\n'))
  assert.equal(hold.deliver(published('hello\n')), true)
  assert.equal(await client.until('hello\n\r\n'), `${CHUNKED}10\r\n[stream opened]\n\r\n6\r\nhello\n\r\n`)
})

test('an HTTP/1.0 client gets contents as they are, until the connection closes', async () => {
  const { hold, client } = await stream('GET / HTTP/1.0\r\n\r\n')
  hold.write(Buffer.from('a'))
  hold.deliver(published('b'))
  hold.deliver(delivery({ action: 'close' }))
  assert.equal(await client.closed(), 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nab')
})

test('bytes that are no text arrive as they are', async () => {
  const { hold, client } = await stream()
  hold.deliver(published(Buffer.from([0x00, 0xff, 0x0d, 0x0a])))
  assert.equal(await client.until('\r\n\r\n4\r\n\0\xff\r\n\r\n'), `${CHUNKED}4\r\n\0\xff\r\n\r\n`)
})

test('empty content does not end the stream', async () => {
  const { hold, client } = await stream()
  hold.deliver(published(''))
  hold.write(Buffer.alloc(0))
  hold.deliver(published('x'))
  assert.equal(await client.until('x\r\n'), `${CHUNKED}1\r\nx\r\n`)
})

test('an item without http-stream is nothing for a stream', async () => {
  const { hold } = await stream()
  assert.equal(hold.deliver(delivery(undefined)), false)
})

for (const action of ['hint', 'refresh'] as const) {
  test(`${action} sends nothing and ends nothing`, async () => {
    const { hold, client, told } = await stream()
    hold.deliver(delivery({ action }))
    hold.deliver(published('x'))
    assert.equal(await client.until('x\r\n'), `${CHUNKED}1\r\nx\r\n`)
    assert.deepEqual(told, [])
  })
}

test('a published close ends the response whole, and the connection stays open', async () => {
  const { hold, client, told } = await stream()
  hold.deliver(published('last'))
  hold.deliver(delivery({ action: 'close' }))
  hold.deliver(published('late'))
  const { body, bytes } = await client.response()
  assert.equal(body, 'last')
  assert.ok(bytes.endsWith('\r\n0\r\n\r\n'))
  assert.equal(told[0], 'ended')
  assert.equal(client.ended, false)
})

test('a client that leaves ends its stream', async () => {
  const { hold, client, told } = await stream()
  client.abort()
  await until(() => told.includes('ended'), 'the end of the hold')
  hold.deliver(published('late'))
  hold.finish()
})

test('a cut leaves the response visibly incomplete', async () => {
  const { hold, client } = await stream()
  hold.write(Buffer.from('part'))
  await client.until('part\r\n')
  hold.cut('channel is gone')
  assert.equal(await client.closed(), `${CHUNKED}4\r\npart\r\n`)
})

test('a cut says why on a route with debug', async () => {
  const { hold, client } = await stream(GET, { debug: true })
  hold.cut('channel is gone')
  const { body } = await client.response()
  assert.equal(body, '\n\nchannel is gone\n')
})

test('a client that does not read is cut, and what waited for it is not kept', async () => {
  const { hold, client, told } = await stream(GET, { queueMax: 100_000 })
  client.socket.pause()
  const item = published('x'.repeat(100_000))
  await until(() => {
    if (told.length === 0) hold.deliver(item)
    return told.includes('too slow')
  }, 'the client is too slow')
  await until(() => told.includes('ended'), 'the end of the hold')
  client.socket.resume()
  const bytes = await client.closed()
  assert.ok(!bytes.endsWith('0\r\n\r\n'))
})

test('a client is cut once, however much comes in the same moment', async () => {
  const { hold, client, told } = await stream(GET, { queueMax: 100_000 })
  client.socket.pause()
  const item = published('x'.repeat(100_000))
  await until(() => {
    for (let items = 0; items < 5; items++) hold.deliver(item)
    return told.includes('too slow')
  }, 'the client is too slow')
  assert.deepEqual(
    told.filter((word) => word === 'too slow'),
    ['too slow'],
  )
  client.abort()
})

test('one message larger than the queue is no reason to cut a client that keeps up', async () => {
  const { hold, client, told } = await stream(GET, { queueMax: 1000 })
  hold.deliver(published('x'.repeat(500_000)))
  await client.until('x\r\n')
  hold.deliver(published('after'))
  await client.until('after')
  assert.deepEqual(told, [])
})

const keepAlive = (mode: KeepAlive['mode']): KeepAlive => ({ content: Buffer.from('.'), mode, timeout: 20 })

test('keep-alives are sent up to a second earlier than asked, again and again', async (t) => {
  const clock = mockClock(t)
  const { hold, client } = await stream()
  hold.settle()
  hold.setKeepAlive(keepAlive('interval'))
  clock.advance(18_990)
  await client.until('\r\n\r\n')
  assert.equal(client.pending, CHUNKED)
  clock.advance(1200)
  assert.equal(await client.until('.\r\n'), `${CHUNKED}1\r\n.\r\n`)
  clock.advance(40_400)
  assert.equal(await client.until('.\r\n1\r\n.\r\n1\r\n.\r\n'), `${CHUNKED}1\r\n.\r\n1\r\n.\r\n1\r\n.\r\n`)
})

test('an idle keep-alive waits for silence, one by interval does not', async (t) => {
  const clock = mockClock(t)
  for (const [mode, dots] of [
    ['idle', 0],
    ['interval', 3],
  ] as const) {
    const { hold, client } = await stream()
    hold.settle()
    hold.setKeepAlive(keepAlive(mode))
    for (let i = 0; i < 6; i++) {
      clock.advance(10_100)
      hold.deliver(published('x'))
    }
    hold.deliver(delivery({ action: 'close' }))
    const { body } = await client.response()
    assert.equal(body.replaceAll('x', '').length, dots, `${mode}: ${body}`)
  }
})

test('after silence an idle keep-alive comes', async (t) => {
  const clock = mockClock(t)
  const { hold, client } = await stream()
  hold.settle()
  hold.setKeepAlive(keepAlive('idle'))
  clock.advance(15_000)
  hold.deliver(published('x'))
  clock.advance(20_200)
  assert.equal(await client.until('.\r\n'), `${CHUNKED}1\r\nx\r\n1\r\n.\r\n`)
})

test('a stream that ended sends no keep-alive', async (t) => {
  const clock = mockClock(t)
  const { hold, client } = await stream()
  hold.settle()
  hold.setKeepAlive(keepAlive('interval'))
  hold.finish()
  clock.advance(60_000)
  assert.equal((await client.response()).body, '')
  assert.equal(client.pending, '')
})

test('a HEAD request, 204 and 304 cannot stream', async () => {
  for (const [request, code] of [
    ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', 200],
    [GET, 204],
    [GET, 304],
  ] as const) {
    const { exchange } = await clientExchange(request)
    const hold = new StreamHold(exchange, [], { queueMax: 1000, wheel: new TimerWheel(), ended() {}, tooSlow() {} })
    assert.equal(hold.open({ ...HEAD, code }), false)
  }
})

test('a keep-alive that finds its client too slow is the last', async (t) => {
  const clock = mockClock(t)
  const { hold, client, told } = await stream(GET, { queueMax: 1000 })
  client.socket.pause()
  hold.settle()
  hold.setKeepAlive(keepAlive('interval'))
  hold.write(Buffer.alloc(20_000_000))
  clock.advance(21_000)
  assert.deepEqual(told.slice(0, 2), ['ended', 'too slow'])
  clock.advance(60_000)
  assert.equal(clock.running, 0)
  client.abort()
})
