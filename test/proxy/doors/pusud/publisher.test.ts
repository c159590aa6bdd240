import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishPatiently } from '../../../../proxy/doors/pusud/publisher.ts'
import type { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'

/** A wheel on which time passes at once. */
function fastWheel(): { wheel: TimerWheel; passed: () => number } {
  let passed = 0
  const after = (milliseconds: number, action: () => void): { cancel(): void } => {
    passed += milliseconds
    queueMicrotask(action)
    return { cancel() {} }
  }
  return { wheel: { after } as unknown as TimerWheel, passed: () => passed }
}

test('what the handler refuses is published again until it is taken, once', async () => {
  const { wheel, passed } = fastWheel()
  const answers = [false, false, true]
  assert.equal(await publishPatiently([], { wheel, publish: async () => answers.shift() === true }), true)
  assert.deepEqual(answers, [])
  assert.equal(passed(), 200)
})

test('after a minute it is given up', async () => {
  const { wheel, passed } = fastWheel()
  assert.equal(await publishPatiently([], { wheel, publish: async () => false }), false)
  assert.equal(Math.round(passed() / 1000), 60)
})
