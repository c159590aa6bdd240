import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { InternalOwner, InternalRequests, OnBehalfOf } from '../../../../proxy/forward/internal-requests.ts'
import type { ResponseSink } from '../../../../proxy/forward/origin-response.ts'
import { LinkFetch } from '../../../../proxy/hold/links/link-fetch.ts'
import type { LinkReceiver } from '../../../../proxy/hold/links/link-fetch.ts'
import { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import { mockClock } from '../mock-clock.ts'
import type { Clock } from '../mock-clock.ts'

/** Backends whose answers the test gives. */
class Requests {
  readonly owners: InternalOwner[] = []
  aborted = 0
  paused = false

  readonly send = (_request: unknown, _behalf: unknown, owner: InternalOwner): (() => void) => {
    this.owners.push(owner)
    return () => void this.aborted++
  }

  /** Begins the answer to the last request. */
  answer(code: number, ...headers: string[]): ResponseSink {
    const flow = {
      pause: () => (this.paused = true),
      resume: () => (this.paused = false),
      abort: () => this.aborted++,
    }
    const owner = this.owners.at(-1)
    if (owner === undefined) throw new Error('no request')
    return owner.onHead({ code, reason: '', headers }, flow)
  }
}

/** Keeps what it is told. */
class Receiver implements LinkReceiver {
  readonly told: string[] = []
  keepsUp = true
  /** Undefined when nobody waits for it. */
  resume: (() => void) | undefined

  content(bytes: Buffer, resume?: () => void): boolean {
    this.told.push(bytes.length > 100 ? `${bytes.length} bytes` : bytes.toString())
    this.resume = resume
    return this.keepsUp
  }

  fetched(): void {
    this.told.push('fetched')
  }

  fetchFailed(message: string): void {
    this.told.push(message)
  }

  fetchAlone(): void {
    this.told.push('alone')
  }
}

interface Setup {
  readonly clock: Clock
  readonly requests: Requests
  readonly receivers: readonly Receiver[]
  readonly fetch: LinkFetch
}

function setUp(t: TestContext, count: number): Setup {
  const clock = mockClock(t)
  const requests = new Requests()
  const receivers = Array.from({ length: count }, () => new Receiver())
  const fetch = new LinkFetch(new URL('http://a/next'), [], {} as OnBehalfOf, receivers, {
    requests: requests as unknown as InternalRequests,
    wheel: new TimerWheel(),
    requested() {},
  })
  fetch.start()
  return { clock, requests, receivers, fetch }
}

const HOLD = ['Grip-Hold', 'stream']

test('five more tries, each after twice the pause of the one before and a bit, then it is given up (GRIP 6.5)', (t) => {
  const { clock, requests, receivers } = setUp(t, 1)
  const pauses = [1000, 2000, 4000, 8000, 16_000]
  for (const [tries, pause] of pauses.entries()) {
    requests.answer(500).end([])
    clock.advance(pause - 200)
    assert.equal(requests.owners.length, tries + 1)
    clock.advance(1400)
    assert.equal(requests.owners.length, tries + 2)
  }
  requests.answer(404)
  assert.deepEqual(receivers[0]?.told, ['Failed to retrieve next link.'])
  clock.advance(60_000)
  assert.equal(requests.owners.length, 6)
})

test('what a failed answer has sent already cannot be asked for again', (t) => {
  const { clock, requests, receivers } = setUp(t, 1)
  const sink = requests.answer(200, ...HOLD)
  sink.data(Buffer.from('half'))
  sink.fail()
  clock.advance(60_000)
  assert.deepEqual(receivers[0]?.told, ['half', 'Failed to retrieve next link.'])
  assert.equal(requests.owners.length, 1)
})

test('an answer that breaks off before its first byte is asked for again', (t) => {
  const { clock, requests, receivers } = setUp(t, 1)
  requests.answer(200, ...HOLD).fail()
  clock.advance(2200)
  const sink = requests.answer(200, ...HOLD)
  sink.data(Buffer.from('whole'))
  sink.end([])
  assert.deepEqual(receivers[0]?.told, ['whole', 'fetched'])
})

test('a single client sets the pace of the backend', (t) => {
  const { requests, receivers } = setUp(t, 1)
  const [receiver = new Receiver()] = receivers
  receiver.keepsUp = false
  requests.answer(200, ...HOLD).data(Buffer.from('x'))
  assert.equal(requests.paused, true)
  receiver.resume?.()
  assert.equal(requests.paused, false)
})

test('several get the whole at once, and a slow one holds up nobody', (t) => {
  const { requests, receivers } = setUp(t, 2)
  for (const receiver of receivers) receiver.keepsUp = false
  const sink = requests.answer(200, ...HOLD)
  sink.data(Buffer.from('a'))
  sink.data(Buffer.from('b'))
  sink.end([])
  assert.equal(requests.paused, false)
  // So it has to look after its own limit.
  assert.ok(receivers.every(({ resume }) => resume === undefined))
  assert.deepEqual(
    receivers.map(({ told }) => told),
    [
      ['ab', 'fetched'],
      ['ab', 'fetched'],
    ],
  )
})

test('what is too large to be kept for several is fetched by each alone, and nobody has got a part of it', (t) => {
  const { requests, receivers } = setUp(t, 2)
  const sink = requests.answer(200, ...HOLD)
  for (let i = 0; i < 3; i++) sink.data(Buffer.alloc(40_000))
  assert.deepEqual(
    receivers.map(({ told }) => told),
    [['alone'], ['alone']],
  )
  assert.equal(requests.aborted, 1)
})

test('when the last client has left, the request ends, and is not repeated', (t) => {
  const { clock, requests, receivers, fetch } = setUp(t, 2)
  const [first = new Receiver(), second = new Receiver()] = receivers
  fetch.leave(first)
  assert.equal(requests.aborted, 0)
  fetch.leave(second)
  assert.equal(requests.aborted, 1)
  requests.owners[0]?.onFailure(new Error('aborted'))
  clock.advance(60_000)
  assert.equal(requests.owners.length, 1)
})

test('an answer that wants a long poll, or cannot be read, is not asked for again', (t) => {
  for (const headers of [
    ['Grip-Hold', 'response'],
    ['Grip-Hold', 'what?'],
  ]) {
    const { clock, requests, receivers } = setUp(t, 1)
    requests.answer(200, ...headers).end([])
    clock.advance(60_000)
    assert.equal(requests.owners.length, 1)
    assert.equal(receivers[0]?.told.length, 1)
    assert.notEqual(receivers[0]?.told[0], 'fetched')
  }
})

test('a backend that says nothing for five minutes is asked again', (t) => {
  const { clock, requests, receivers } = setUp(t, 1)
  clock.advance(300_200)
  assert.equal(requests.aborted, 1)
  const [first] = requests.owners
  assert.equal(first?.isOver(), true)
  clock.advance(2200)
  assert.equal(requests.owners.length, 2)
  const sink = requests.answer(200, ...HOLD)
  // Once it has begun it may take its time.
  clock.advance(600_000)
  sink.data(Buffer.from('late'))
  sink.end([])
  assert.deepEqual(receivers[0]?.told, ['late', 'fetched'])
})
