import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Origin } from '../../../proxy/websocket/origin.ts'
import type { KeepAlive, SendDelayed } from '../../../shared/grip/control/control-message.ts'
import { mockClock } from '../hold/mock-clock.ts'
import { text, Worker } from './hold-fixture.ts'

class FakeOrigin implements Origin {
  readonly calls: string[] = []
  pauses = 0

  pause(): void {
    this.pauses++
  }

  resume(): void {
    this.pauses--
  }

  detach(): void {
    this.calls.push('detach')
  }

  close(): void {
    this.calls.push('close')
  }

  refresh(): boolean {
    this.calls.push('refresh')
    return true
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const SUBSCRIBE = { type: 'subscribe', channel: 'room', filters: [] } as const
const KEEP_ALIVE: KeepAlive = {
  type: 'keep-alive',
  messageType: 'text',
  content: Buffer.from('alive'),
  timeout: 10,
  mode: 'interval',
}
const DELAYED: SendDelayed = { type: 'send-delayed', messageType: 'text', content: Buffer.from('late'), timeout: 10 }

test('what is published on its channels reaches the client', async () => {
  const worker = new Worker()
  const { hold, far } = worker.client({ implicit: ['own'] })
  hold.start(new FakeOrigin())
  hold.control(SUBSCRIBE)
  assert.deepEqual(worker.publish('own', text('a')), [true])
  assert.deepEqual(worker.publish('room', text('b')), [true])
  assert.deepEqual(worker.publish('room', undefined), [false])
  await settled()
  assert.deepEqual(far.waiting, ['text a', 'text b'])
  assert.deepEqual(worker.told, ['subscribe own', 'live own', 'subscribe room', 'live room'])
})

test('the backend waits until the handler has confirmed a channel', () => {
  const worker = new Worker()
  worker.isSilent = true
  const { hold } = worker.client()
  const origin = new FakeOrigin()
  hold.start(origin)
  hold.control(SUBSCRIBE)
  hold.control({ ...SUBSCRIBE, channel: 'hall' })
  assert.equal(origin.pauses, 2)
  worker.confirm()
  assert.equal(origin.pauses, 0)
})

test('without a handler it waits for a while only', (t) => {
  const clock = mockClock(t)
  const worker = new Worker()
  worker.isSilent = true
  const { hold } = worker.client()
  const origin = new FakeOrigin()
  hold.start(origin)
  hold.control(SUBSCRIBE)
  clock.advance(6000)
  assert.equal(origin.pauses, 0)
  assert.deepEqual(worker.told, ['subscribe room'])
})

test('a channel that is closed while it waits for the handler leaves nothing behind', (t) => {
  const clock = mockClock(t)
  const worker = new Worker()
  worker.isSilent = true
  const { hold } = worker.client()
  const origin = new FakeOrigin()
  hold.start(origin)
  hold.control(SUBSCRIBE)
  hold.closed()
  assert.deepEqual(worker.told, ['subscribe room', 'unsubscribe room'])
  worker.confirm()
  clock.advance(6000)
  assert.equal(origin.pauses, 0)
  assert.equal(worker.table.size, 0)
})

test('implicit channels stay, others can be left; there are not more of them than are allowed', () => {
  const worker = new Worker()
  const { hold } = worker.client({ implicit: ['own'] })
  hold.start(new FakeOrigin())
  for (const channel of ['own', 'a', 'a', 'b', 'c']) hold.control({ ...SUBSCRIBE, channel })
  for (const channel of ['own', 'a', 'a', 'unknown']) hold.control({ type: 'unsubscribe', channel })
  hold.control({ ...SUBSCRIBE, channel: 'c' })
  assert.deepEqual([...hold.channels], ['own', 'b', 'c'])
  hold.closed()
  for (const channel of ['own', 'a', 'b', 'c']) {
    assert.equal(worker.told.filter((line) => line === `subscribe ${channel}`).length, 1, channel)
    assert.equal(worker.told.filter((line) => line === `unsubscribe ${channel}`).length, 1, channel)
  }
})

for (const [debug, reason] of [
  [false, ''],
  [true, " too many filters for channel 'room'"],
] as const) {
  test(`too many filters end the connection, ${debug ? 'with' : 'without'} saying why`, async () => {
    const worker = new Worker()
    const { hold, far } = worker.client({ debug })
    const origin = new FakeOrigin()
    hold.start(origin)
    hold.control({ ...SUBSCRIBE, filters: ['1', '2', '3', '4', '5', '6'] })
    await settled()
    assert.deepEqual(far.waiting, [`close 1011${reason}`])
    assert.deepEqual(origin.calls, ['close'])
    assert.equal(worker.table.size, 0)
  })
}

/** Hostile: the client leaves just while its backend subscribes it, again and again. */
test('what the backend says to a client that has gone starts nothing that would stay', async (t) => {
  const clock = mockClock(t)
  const worker = new Worker()
  const { hold, far } = worker.client()
  const origin = new FakeOrigin()
  hold.start(origin)
  hold.closed()
  for (const message of [SUBSCRIBE, KEEP_ALIVE, DELAYED, { type: 'detach' }] as const) hold.control(message)
  assert.deepEqual(worker.told, [])
  assert.deepEqual(origin.calls, [])
  assert.deepEqual(worker.publish('room', text('x')), [])
  clock.advance(20_000)
  await settled()
  assert.deepEqual(far.waiting, [])
  // A keep-alive would go on for ever.
  assert.equal(clock.running, 0)
})

test('what is published during a message of the backend comes behind it, in order', async () => {
  const worker = new Worker()
  const { hold, peer, far } = worker.client({ implicit: ['room'] })
  hold.start(new FakeOrigin())
  hold.beginMessage()
  peer.beginFrame({ opcode: 1, fin: false, compressed: false, length: 4 })
  worker.publish('room', text('1'))
  peer.writePiece(Buffer.from('half'))
  worker.publish('room', text('2'))
  peer.beginFrame({ opcode: 0, fin: true, compressed: false, length: 0 })
  hold.endMessage()
  worker.publish('room', text('3'))
  await settled()
  assert.deepEqual(far.waiting, ['text half+', 'continuation', 'text 1', 'text 2', 'text 3'])
})

/** Hostile: a message that never ends must not collect what is published for ever. */
test('what waits behind a message that does not end counts: the client is closed', async () => {
  const worker = new Worker()
  const { hold, far } = worker.client({ implicit: ['room'] })
  const origin = new FakeOrigin()
  hold.start(origin)
  hold.beginMessage()
  for (let at = 0; at < 10; at++) worker.publish('room', text('x'.repeat(500)))
  hold.endMessage()
  await settled()
  assert.equal(far.waiting[0], 'close 1013 too slow')
  assert.deepEqual(origin.calls, ['close'])
  assert.ok(worker.told.includes('too slow'))
  assert.equal(worker.table.size, 0)
})

test('a published close closes the client once, and nothing follows it', async () => {
  const worker = new Worker()
  const { hold, far } = worker.client({ implicit: ['room'] })
  const origin = new FakeOrigin()
  hold.start(origin)
  worker.publish('room', { action: 'close', code: 1005, reason: 'a code that cannot be sent' })
  hold.deliver({ wsMessage: { action: 'close', code: 3000, reason: '' } } as never)
  await settled()
  assert.deepEqual(far.waiting, ['close'])
  assert.deepEqual(worker.publish('room', text('x')), [])
})

test('a delayed message goes when its time has come, or before the next, and once', async (t) => {
  const clock = mockClock(t)
  const worker = new Worker()
  const { hold, far } = worker.client()
  hold.start(new FakeOrigin())
  hold.control(DELAYED)
  hold.control({ ...DELAYED, content: Buffer.from('later') })
  await settled()
  assert.deepEqual(far.waiting, ['text late'])
  clock.advance(11_000)
  hold.control({ type: 'flush-delayed' })
  await settled()
  assert.deepEqual(far.waiting, ['text late', 'text later'])
})

test('a keep-alive goes on until it is turned off', async (t) => {
  const clock = mockClock(t)
  const worker = new Worker()
  const { hold, far } = worker.client()
  hold.start(new FakeOrigin())
  hold.control(KEEP_ALIVE)
  clock.advance(30_000)
  hold.control({ ...KEEP_ALIVE, content: undefined })
  clock.advance(60_000)
  await settled()
  assert.ok(far.waiting.length >= 2 && far.waiting.length <= 3, far.waiting.join())
})

test('after a detach the client gets what is published, and nobody is asked for news', async () => {
  const worker = new Worker()
  const { hold, far } = worker.client({ implicit: ['room'] })
  const origin = new FakeOrigin()
  hold.start(origin)
  assert.equal(hold.refresh(), true)
  hold.control({ type: 'detach' })
  assert.equal(hold.refresh(), false)
  worker.publish('room', text('x'))
  await settled()
  assert.deepEqual(far.waiting, ['text x'])
  assert.deepEqual(origin.calls, ['refresh', 'detach'])
})
