import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LoopLag } from '../../proxy/loop-lag.ts'
import { mockClock } from './hold/mock-clock.ts'

test('a loop that is in time is not late', (t) => {
  const clock = mockClock(t)
  const lag = new LoopLag()
  clock.advance(1000)
  assert.equal(lag.take(), 0)
})

test('the longest blocking since the last look is told, once', (t) => {
  const clock = mockClock(t)
  const lag = new LoopLag()
  clock.advance(50)
  clock.jump(150)
  clock.jump(350)
  clock.jump(100)
  assert.equal(lag.take(), 300)
  clock.advance(1000)
  assert.equal(lag.take(), 0)
})

test('a loop that is blocked without a break is late at every look', (t) => {
  const clock = mockClock(t)
  const lag = new LoopLag()
  const taken: number[] = []
  // As the worker's sign of life does, which comes as late as everything else.
  setInterval(() => taken.push(lag.take()), 1000)
  for (let times = 0; times < 4; times++) clock.jump(1500)
  assert.deepEqual(taken, [1450, 1450, 1450, 1450])
})

test('what was told is not told again by the look that follows', (t) => {
  const clock = mockClock(t)
  const taken: number[] = []
  let lag: LoopLag | undefined
  // Its timer runs before that of the measurement.
  setInterval(() => {
    if (lag !== undefined) taken.push(lag.take())
  }, 50)
  lag = new LoopLag()
  clock.jump(550)
  clock.advance(50)
  assert.deepEqual(taken, [500, 0])
})
