import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ClientEnd } from '../../../proxy/doors/sockjs/client-end.ts'
import { closeFrame } from '../../../proxy/doors/sockjs/frames.ts'
import type { Close } from '../../../proxy/doors/sockjs/frames.ts'
import type { Receiver } from '../../../proxy/doors/sockjs/receiver.ts'
import { Session } from '../../../proxy/doors/sockjs/session.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { memorySockets } from '../../../proxy/websocket/memory-socket.ts'
import { mockClock } from '../../proxy/hold/mock-clock.ts'
import type { Clock } from '../../proxy/hold/mock-clock.ts'
import { until } from '../../support/until.ts'
import { WebSocketPeer } from '../../support/websocket-peer.ts'

/** Longer than the time by what the clock is coarse. */
const FIVE_SECONDS = 5200

class Client implements Receiver {
  readonly takesOneMessage: boolean
  readonly got: string[] = []
  isReady = true
  /** Frames it takes before it needs a new request. */
  left: number

  constructor(frames: number, takesOneMessage = false) {
    this.left = frames
    this.takesOneMessage = takesOneMessage
  }

  send(frame: string): boolean {
    this.got.push(frame)
    return --this.left > 0
  }

  close(close: Close): void {
    this.got.push(closeFrame(close))
  }

  fail(): void {
    this.got.push('failed')
  }
}

interface Opened {
  readonly session: Session
  /** What the gateway has for the client's WebSocket. */
  readonly gateway: WebSocketPeer
  readonly clock: Clock
  /** It is over. */
  readonly isOver: () => boolean
}

/** A session that is open, and has said so. */
function open(t: TestContext): Opened {
  const clock = mockClock(t)
  let ended = false
  const session = new Session(new TimerWheel(), () => {
    ended = true
    far.destroy()
  })
  const [near, far] = memorySockets()
  const gateway = new WebSocketPeer(near)
  near.on('data', (bytes: Buffer) => gateway.read(bytes))
  const first = new Client(1)
  session.receive(first)
  const end = new ClientEnd(far, 1_000_000, session)
  assert.deepEqual(first.got, [])
  session.opened(end)
  end.start(Buffer.alloc(0))
  assert.deepEqual(first.got, ['o'])
  return { session, gateway, clock, isOver: () => ended }
}

async function got(client: Client, ...frames: readonly string[]): Promise<void> {
  await until(
    () => client.got.length >= frames.length,
    () => `${JSON.stringify(frames)}, not ${JSON.stringify(client.got)}`,
  )
  assert.deepEqual(client.got, frames)
}

function poll(session: Session): Client {
  const client = new Client(1)
  session.receive(client)
  return client
}

test('messages that came between two polls come together', async (t) => {
  const { session, gateway } = open(t)
  gateway.sendText('one')
  gateway.sendFrame({ fin: false, payload: 'tw' })
  gateway.sendFrame({ opcode: 0, payload: 'o' })
  gateway.sendBinary(Buffer.from([0x61, 0xff]))
  gateway.ping('x')
  assert.equal(await gateway.next(), 'pong x')
  await got(poll(session), 'a["one","two","a\ufffd"]')
})

test('a WebSocket gets one message in a frame', async (t) => {
  const { session, gateway } = open(t)
  gateway.sendText('one')
  gateway.sendText('two')
  gateway.ping()
  await gateway.next()
  const client = new Client(9, true)
  session.receive(client)
  await got(client, 'a["one"]', 'a["two"]')
})

test('a second receiver is refused, and the first one stays', async (t) => {
  const { session, gateway } = open(t)
  const first = poll(session)
  await got(poll(session), 'c[2010,"Another connection still open"]')
  gateway.sendText('a')
  await got(first, 'a["a"]')
})

test('a client that waits gets a heartbeat within 25 s', (t) => {
  const { session, clock } = open(t)
  const client = poll(session)
  clock.advance(23_500)
  assert.deepEqual(client.got, [])
  clock.advance(1700)
  assert.deepEqual(client.got, ['h'])
})

test('a stream gets heartbeats when nothing else was sent', async (t) => {
  const { session, gateway, clock } = open(t)
  const client = new Client(100)
  session.receive(client)
  clock.advance(20_000)
  gateway.sendText('a')
  await got(client, 'a["a"]')
  clock.advance(20_000)
  assert.deepEqual(client.got, ['a["a"]'])
  clock.advance(6000)
  assert.deepEqual(client.got, ['a["a"]', 'h'])
  clock.advance(25_200)
  assert.deepEqual(client.got, ['a["a"]', 'h', 'h'])
})

test('without a receiver for 5 s a session ends, and its backend is cut', async (t) => {
  const { session, gateway, clock, isOver } = open(t)
  clock.advance(4500)
  poll(session)
  clock.advance(20_000)
  assert.equal(isOver(), false)
  clock.advance(5000)
  assert.equal(isOver(), false)
  clock.advance(FIVE_SECONDS)
  assert.equal(isOver(), true)
  assert.deepEqual(await gateway.closed(), [])
})

const closes: [what: string, code: number | undefined, reason: string, frame: string][] = [
  ['with code and reason', 4001, 'a "b"', 'c[4001,"a \\"b\\""]'],
  ['with a code', 4001, '', 'c[4001,"Connection closed"]'],
  ['without a code', undefined, '', 'c[0,"Connection closed"]'],
]

for (const [what, code, reason, frame] of closes) {
  test(`a close ${what} is told to every poll for 5 s`, async (t) => {
    const { session, gateway, clock, isOver } = open(t)
    const waiting = poll(session)
    gateway.close(code, reason)
    await got(waiting, frame)
    await got(poll(session), frame)
    clock.advance(4500)
    await got(poll(session), frame)
    assert.equal(isOver(), false)
    clock.advance(1000)
    assert.equal(isOver(), true)
  })
}

test('what came before a close is told first', async (t) => {
  const { session, gateway } = open(t)
  gateway.sendText('last words')
  gateway.close(1000)
  await gateway.next()
  await got(poll(session), 'a["last words"]')
  await got(poll(session), 'c[1000,"Connection closed"]')
})

test('a lost backend ends the session, and the poll that waits hears it', async (t) => {
  const { session, gateway, isOver } = open(t)
  const waiting = poll(session)
  gateway.vanish()
  await got(waiting, 'failed')
  assert.equal(isOver(), true)
})

test('a client that leaves closes the session', async (t) => {
  const { session, gateway, clock, isOver } = open(t)
  gateway.sendText('never read')
  gateway.ping()
  await gateway.next()
  const stream = new Client(9)
  stream.isReady = false
  session.receive(stream)
  session.receiverClosed(stream)
  assert.equal(await gateway.next(), 'close')
  await got(poll(session), 'c[3000,"Client already closed connection"]')
  clock.advance(FIVE_SECONDS)
  assert.equal(isOver(), true)
})

test('a client that leaves while its backend waits for it closes the session, too', async (t) => {
  const { session, gateway } = open(t)
  const stream = new Client(9)
  stream.isReady = false
  session.receive(stream)
  for (let at = 0; at < 100; at++) gateway.sendText('x'.repeat(10_000))
  await until(() => gateway.socket.writableLength > 100_000, 'a backend that waits')
  session.receiverClosed(stream)
  assert.equal(await gateway.next(), 'close')
  await got(poll(session), 'c[3000,"Client already closed connection"]')
})

test('a client that leaves before the session opens leaves nothing', (t) => {
  mockClock(t)
  let ended = 0
  const session = new Session(new TimerWheel(), () => ended++)
  const client = poll(session)
  session.receiverClosed(client)
  session.receiverClosed(client)
  assert.equal(ended, 1)
})

test('of a backend that is not listened to no more is read', async (t) => {
  const { session, gateway } = open(t)
  const message = 'x'.repeat(10_000)
  for (let at = 0; at < 100; at++) gateway.sendText(message)
  gateway.ping('end')
  const client = poll(session)
  await until(() => client.got.length > 0, 'the first messages')
  const count = (JSON.parse(client.got[0]?.slice(1) ?? '') as string[]).length
  assert.ok(count < 20, `${count} of 100 messages at once`)
  assert.deepEqual(gateway.waiting, [])
  let received = count
  while (received < 100) {
    const next = poll(session)
    await until(() => next.got.length > 0, 'more messages')
    received += (JSON.parse(next.got[0]?.slice(1) ?? '') as string[]).length
  }
  assert.equal(await gateway.next(), 'pong end')
})

test('sent messages are taken when the gateway takes them', async (t) => {
  const { session, gateway } = open(t)
  const taken: boolean[] = []
  gateway.socket.pause()
  session.send(['a', 'b'], (is) => taken.push(is))
  assert.deepEqual(taken, [true])
  session.send(['x'.repeat(90_000)], (is) => taken.push(is))
  assert.equal(session.isSending, true)
  gateway.socket.resume()
  await until(() => taken.length === 2, 'the second send')
  assert.deepEqual(taken, [true, true])
  assert.equal(session.isSending, false)
  assert.equal(await gateway.next(), 'text a')
  assert.equal(await gateway.next(), 'text b')
})

test('messages that are not taken when the session ends never are', async (t) => {
  const { session, gateway } = open(t)
  const taken: boolean[] = []
  gateway.socket.pause()
  session.send(['x'.repeat(90_000)], (is) => taken.push(is))
  const closed = once(gateway.socket, 'close')
  gateway.vanish()
  await closed
  await until(() => taken.length === 1, 'the send')
  assert.deepEqual(taken, [false])
})
