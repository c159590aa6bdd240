import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../../../proxy/forward/attempt.ts'
import type { EventAnswer, EventRequests } from '../../../../proxy/websocket/over-http/event-requests.ts'
import type { WebSocketEvent } from '../../../../proxy/websocket/over-http/event.ts'
import { HttpSession } from '../../../../proxy/websocket/over-http/http-session.ts'
import { until } from '../../../support/until.ts'
import { CLOSE } from '../../../support/websocket-frame.ts'
import { event } from '../../../support/websocket-over-http-backend.ts'
import { mockClock } from '../../hold/mock-clock.ts'
import type { Ends } from '../ends.ts'
import { text, Worker } from '../hold-fixture.ts'

const TYPE = ['Content-Type', 'application/websocket-events']

/** Stands for a backend: keeps what is asked until the test answers. */
class FakeRequests {
  readonly meta = new Map<string, readonly [string, string]>()
  readonly sent: string[] = []
  isAborted = false
  #answer: EventAnswer | undefined

  send(events: readonly WebSocketEvent[], _replayed: number, _retries: boolean, answer: EventAnswer): void {
    assert.equal(this.#answer, undefined, 'one at a time')
    this.sent.push(
      events.map((each) => ('content' in each ? `${each.type} ${each.content.length}` : each.type)).join(', '),
    )
    this.#answer = answer
  }

  heard(): void {}

  abort(): void {
    this.isAborted = true
  }

  answer(events = '', headers: readonly string[] = []): void {
    const answer = this.#answer
    this.#answer = undefined
    answer?.onWhole({ code: 200, reason: 'OK', headers: [...TYPE, ...headers] }, Buffer.from(events, 'latin1'))
  }

  fail(failure: Failure): void {
    const answer = this.#answer
    this.#answer = undefined
    answer?.onFailure(failure, 'failed')
  }
}

interface Session extends Ends {
  readonly worker: Worker
  readonly requests: FakeRequests
}

function session(headers: readonly string[] = []): Session {
  const worker = new Worker()
  const connection = worker.client({ implicit: ['room'] })
  const requests = new FakeRequests()
  const { hold, peer } = connection
  const started = new HttpSession({
    client: peer,
    hold,
    requests: requests as unknown as EventRequests,
    messagePrefix: Buffer.of(),
    oneEvent: false,
    maxMessage: 1_000_000,
    wheel: worker.wheel,
    debug: () => {},
  })
  hold.start(started)
  started.start({ code: 200, reason: 'OK', headers: [...headers] }, [], [])
  return { ...connection, worker, requests }
}

async function asked({ requests }: Session, count: number): Promise<void> {
  await until(
    () => requests.sent.length >= count,
    () => `${count} requests; ${requests.sent.join(' | ')}`,
  )
}

const DETACH = event('TEXT', 'c:{"type":"detach"}')

test('a client that was not read, because too much waited, is read again when the backend detaches', async () => {
  const open = session()
  open.far.sendText('x'.repeat(200_000))
  await asked(open, 1)
  assert.equal(open.peer.isPaused, true)
  open.requests.answer(DETACH, ['Content-Bytes-Accepted', '0'])
  assert.equal(open.peer.isPaused, false)
  open.far.close(1000)
  assert.equal(await open.far.next(), 'close 1000')
  assert.equal(open.worker.table.size, 0)
})

test('and when it is closed, so that its answer is heard', async () => {
  const open = session()
  open.far.sendText('x'.repeat(200_000))
  await asked(open, 1)
  open.worker.publish('room', { action: 'close', code: 3000, reason: '' })
  assert.equal(open.peer.isPaused, false)
  assert.equal(await open.far.next(), 'close 3000')
  open.far.close(3000)
  await until(() => open.far.ended, 'the end')
})

test('a client that says more than may wait and closes in one breath gets its close answered', async () => {
  const open = session()
  const { far } = open
  far.sendBytes(Buffer.concat([far.bytesOf({ payload: 'x'.repeat(200_000) }), far.bytesOf({ opcode: CLOSE })]))
  await asked(open, 1)
  open.requests.answer()
  assert.deepEqual(open.requests.sent, ['TEXT 200000', 'CLOSE'])
  assert.equal(open.socket.destroyed, false)
  open.requests.answer(event('CLOSE'))
  assert.equal(await far.next(), 'close')
})

/** Hostile: empty messages cost nothing to send, and would wait for a backend that hangs without end. */
test('a client that floods empty messages while its backend does not answer has to wait', async () => {
  const open = session()
  const flood = Buffer.concat(Array.from({ length: 1000 }, () => open.far.bytesOf({ payload: '' })))
  for (let at = 0; at < 100; at++) open.far.sendBytes(Buffer.from(flood))
  await until(() => open.peer.isPaused || open.far.socket.writableLength === 0, 'a client that waits')
  assert.equal(open.peer.isPaused, true)
  for (let at = 0; open.far.socket.writableLength > 0 || open.peer.isPaused; at++) {
    await asked(open, at + 1)
    open.requests.answer()
  }
})

/** Hostile: clients that come and go in front of a backend that hangs would leave ever more requests. */
test('a request whose answer does not come is given up a while after the client has gone', async (t) => {
  const clock = mockClock(t)
  const open = session()
  open.far.sendText('hello')
  await asked(open, 1)
  open.far.vanish()
  await until(() => open.worker.table.size === 0, 'the end of the hold')
  clock.advance(59_000)
  assert.equal(open.requests.isAborted, false)
  clock.advance(2_000)
  assert.equal(open.requests.isAborted, true)
  open.requests.answer()
  clock.advance(120_000)
  assert.deepEqual(open.requests.sent, ['TEXT 5'])
  assert.equal(clock.running, 0)
})

test('a client that vanishes: the backend is told once, behind what it said before, and then no more', async (t) => {
  const clock = mockClock(t)
  const open = session(['Keep-Alive-Interval', '20'])
  open.far.sendText('hello')
  await asked(open, 1)
  open.far.sendText('world')
  await until(() => open.socket.readableLength === 0 && open.far.socket.writableLength === 0, 'the second message')
  open.far.vanish()
  await until(() => open.worker.table.size === 0, 'the end of the hold')
  open.requests.answer()
  assert.deepEqual(open.requests.sent, ['TEXT 5', 'TEXT 5, DISCONNECT'])
  open.requests.answer('', ['Keep-Alive-Interval', '20'])
  clock.advance(120_000)
  assert.equal(open.requests.sent.length, 2)
  assert.equal(open.requests.isAborted, false)
  assert.equal(clock.running, 0)
})

test('both close at the same moment: the backend is not told again, and the client gets its close', async () => {
  const open = session()
  open.far.sendText('hello')
  await asked(open, 1)
  open.far.close(3001)
  await until(() => open.worker.table.size === 0, 'the close')
  open.requests.answer(event('CLOSE', '\x0b\xba'))
  assert.equal(await open.far.next(), 'close 3002')
  await until(() => open.far.ended, 'the end')
  assert.deepEqual(open.requests.sent, ['TEXT 5'])
})

test('a backend that subscribes a client that has closed leaves no subscription', async () => {
  const open = session()
  open.far.close(3001)
  await asked(open, 1)
  open.requests.answer(event('TEXT', 'c:{"type":"subscribe","channel":"late"}') + event('CLOSE', '\x0b\xb9'))
  assert.equal(await open.far.next(), 'close 3001')
  assert.deepEqual(open.worker.publish('late', text('x')), [])
  assert.ok(!open.worker.told.includes('subscribe late'))
})

test('a request that fails drops the client without a close, and without another request', async () => {
  const open = session()
  open.far.sendText('hello')
  await asked(open, 1)
  open.requests.fail('failed')
  assert.deepEqual(await open.far.closed(), [])
  assert.equal(open.worker.table.size, 0)
  assert.deepEqual(open.requests.sent, ['TEXT 5'])
})

test('when 100 values are stored no more are, but each of them can change', async () => {
  const open = session()
  const headers = Array.from({ length: 101 }, (_, at) => [`Set-Meta-N${at}`, 'old']).flat()
  open.far.sendText('hello')
  await asked(open, 1)
  open.requests.answer('', headers)
  assert.equal(open.requests.meta.size, 100)
  open.far.sendText('hello')
  await asked(open, 2)
  open.requests.answer('', ['Set-Meta-n7', 'new'])
  assert.deepEqual(open.requests.meta.get('n7'), ['n7', 'new'])
  assert.equal(open.requests.meta.size, 100)
})

test('many calls for news while a request is under way lead to one more', async () => {
  const open = session()
  for (let at = 0; at < 100; at++) open.worker.publish('room', { action: 'refresh' })
  assert.deepEqual(open.requests.sent, [''])
  open.requests.answer()
  assert.deepEqual(open.requests.sent, ['', ''])
  open.requests.answer()
  assert.equal(open.requests.sent.length, 2)
})
