import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { mockClock } from './mock-clock.ts'
import { uncaught } from './uncaught.ts'

const TICK = 100
const SLOTS = 16

test('whatever is asked for, nothing fires early, nothing more than a tick and a bit late', (t) => {
  const clock = mockClock(t)
  const durations = fc.array(fc.record({ wait: fc.nat(150), after: fc.nat(5000) }), { maxLength: 40 })
  fc.assert(
    fc.property(durations, (list) => {
      const wheel = new TimerWheel(TICK, SLOTS)
      let fired = 0
      for (const { wait, after } of list) {
        clock.advance(wait)
        const asked = clock.now
        wheel.after(after, () => {
          fired++
          const late = clock.now - asked - after
          assert.ok(late >= 0, `${after} ms: ${-late} ms early`)
          assert.ok(late <= 2 * TICK, `${after} ms: ${late} ms late`)
        })
      }
      clock.advance(5000 + 2 * TICK)
      assert.equal(fired, list.length)
    }),
    { numRuns: 50 },
  )
})

test('a timer further away than the wheel is round fires once, in time', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  const fired: number[] = []
  const start = clock.now
  wheel.after(10 * TICK * SLOTS, () => fired.push(clock.now - start))
  clock.advance(10 * TICK * SLOTS - 1)
  assert.deepEqual(fired, [])
  clock.advance(2 * TICK)
  assert.equal(fired.length, 1)
  clock.advance(20 * TICK * SLOTS)
  assert.equal(fired.length, 1)
})

test('a cancelled timer does not fire; cancelling again, or after it fired, is harmless', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  const fired: string[] = []
  const cancelled = wheel.after(300, () => fired.push('cancelled'))
  const kept = wheel.after(300, () => fired.push('kept'))
  cancelled.cancel()
  cancelled.cancel()
  clock.advance(1000)
  kept.cancel()
  assert.deepEqual(fired, ['kept'])
})

test('a timer can cancel another one that is due with it', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  const fired: string[] = []
  wheel.after(250, () => {
    fired.push('first')
    second.cancel()
  })
  const second = wheel.after(250, () => fired.push('second'))
  clock.advance(1000)
  assert.deepEqual(fired, ['first'])
})

test('a timer can start the next one, like a keep-alive', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  let count = 0
  const again = (): void => {
    count++
    wheel.after(500, again)
  }
  wheel.after(500, again)
  clock.advance(10_000)
  assert.ok(count >= 16 && count <= 20, `${count} times in 10 s`)
})

test('after a long stall everything that was due fires at once, and nothing else', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  const fired: number[] = []
  for (const milliseconds of [100, 1000, 30_000, 90_000]) wheel.after(milliseconds, () => fired.push(milliseconds))
  clock.jump(60_000)
  assert.deepEqual(fired, [100, 1000, 30_000])
})

test('the clock stops when no timer is left, and starts again with the next', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  assert.equal(clock.running, 0)
  wheel.after(300, () => {})
  wheel.after(600, () => {})
  assert.equal(clock.running, 1)
  clock.advance(400)
  assert.equal(clock.running, 1)
  clock.advance(400)
  assert.equal(clock.running, 0)

  let fired = 0
  clock.advance(60_000)
  wheel.after(300, () => fired++)
  assert.equal(clock.running, 1)
  clock.advance(290)
  assert.equal(fired, 0)
  clock.advance(200)
  assert.equal(fired, 1)
})

test('ten thousand timers cost one system timer', (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel()
  for (let i = 0; i < 10_000; i++) wheel.after(i, () => {})
  assert.equal(clock.running, 1)
})

test('an action that fails does not keep those that are due with it from happening', async (t) => {
  const clock = mockClock(t)
  const wheel = new TimerWheel(TICK, SLOTS)
  const fired: string[] = []
  wheel.after(250, () => {
    throw new Error('this one fails')
  })
  wheel.after(250, () => fired.push('same slot'))
  wheel.after(450, () => fired.push('next slot'))
  const error = await uncaught(() => clock.jump(1000))
  assert.equal((error as Error).message, 'this one fails')
  assert.deepEqual(fired, ['same slot', 'next slot'])
  assert.equal(clock.running, 0)
})
