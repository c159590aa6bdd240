import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimeoutRounds } from '../../../../proxy/hold/links/timeout-rounds.ts'
import type { Listener } from '../../../../proxy/hold/links/timeout-rounds.ts'
import { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import { mockClock } from '../mock-clock.ts'

class Stream implements Listener {
  hears = false
  timeouts = 0

  takeHeard(): boolean {
    const { hears } = this
    this.hears = false
    return hears
  }

  timedOut(): void {
    this.timeouts++
  }
}

test('streams with the same link ask at the same time, also those that joined later (GRIP 6.5)', (t) => {
  const clock = mockClock(t)
  const rounds = new TimeoutRounds(new TimerWheel())
  const [first, second, other] = [new Stream(), new Stream(), new Stream()]
  rounds.join('http://a/next?after=1', 20, first)
  clock.advance(15_000)
  rounds.join('http://a/next?after=2', 20, second)
  rounds.join('http://a/other', 20, other)
  clock.advance(5200)
  assert.deepEqual([first.timeouts, second.timeouts, other.timeouts], [1, 1, 0])
  clock.advance(60_000)
  assert.deepEqual([first.timeouts, second.timeouts, other.timeouts], [1, 1, 1])
})

test('a stream that has heard of its channels waits for another round', (t) => {
  const clock = mockClock(t)
  const rounds = new TimeoutRounds(new TimerWheel())
  const stream = new Stream()
  rounds.join('http://a/next', 20, stream)
  stream.hears = true
  clock.advance(20_200)
  assert.equal(stream.timeouts, 0)
  clock.advance(20_200)
  assert.equal(stream.timeouts, 1)
})

test('a stream that has left is not asked', (t) => {
  const clock = mockClock(t)
  const rounds = new TimeoutRounds(new TimerWheel())
  const stream = new Stream()
  const leave = rounds.join('http://a/next', 20, stream)
  leave()
  clock.advance(60_000)
  assert.equal(stream.timeouts, 0)
  assert.equal(clock.running, 0)
})

test('a round that all have left is forgotten, however long it would be', (t) => {
  const clock = mockClock(t)
  const rounds = new TimeoutRounds(new TimerWheel())
  for (let client = 0; client < 100; client++) rounds.join(`http://a/${client}`, 2_000_000, new Stream())()
  // Once round the wheel.
  clock.advance(103_000)
  assert.equal(clock.running, 0)
})
