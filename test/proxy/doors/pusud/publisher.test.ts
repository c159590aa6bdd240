import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishedItem } from '../../../../proxy/doors/pusud/published.ts'
import { Publisher } from '../../../../proxy/doors/pusud/publisher.ts'
import type { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'
import { until } from '../../../support/until.ts'

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
  const publisher = new Publisher({ wheel, publish: async () => answers.shift() === true })
  assert.equal(await publisher.publish([]), true)
  assert.deepEqual(answers, [])
  assert.equal(passed(), 200)
})

test('after a minute it is given up', async () => {
  const { wheel, passed } = fastWheel()
  const publisher = new Publisher({ wheel, publish: async () => false })
  assert.equal(await publisher.publish([]), false)
  assert.equal(Math.round(passed() / 1000), 60)
})

/** A message of 1 MiB. */
function largeItem(): PublishItem {
  const text = 'x'.repeat(1 << 20)
  const item = publishedItem({ type: 'publish', channel: 'foo', content: text, authorization: '', text }, '')
  assert.ok(item)
  return item
}

test('no more than 32 MiB wait for another attempt, until there is room again', async () => {
  const waiting: (() => void)[] = []
  const wheel = { after: (_milliseconds: number, action: () => void) => void waiting.push(action) }
  let isHandlerThere = false
  const publisher = new Publisher({ wheel: wheel as unknown as TimerWheel, publish: async () => isHandlerThere })
  const items = [largeItem()]
  const all = Array.from({ length: 32 }, () => publisher.publish(items))
  await until(() => waiting.length === 32, 'all of them to wait')
  assert.equal(await publisher.publish(items), false)
  isHandlerThere = true
  for (const action of waiting.splice(0)) action()
  assert.deepEqual(new Set(await Promise.all(all)), new Set([true]))
  isHandlerThere = false
  void publisher.publish(items)
  await until(() => waiting.length === 1, 'the next one to wait')
})
