import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { mockClock } from './mock-clock.ts'
import { TIMEOUT, check, commands } from './subscriptions-model.ts'
import { Real } from './subscriptions-model.ts'
import type { Model } from './subscriptions-model.ts'

const { Subscribe, Leave, LinkUp, LinkDown, Confirm, Wait } = commands
const channels = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 })

const steps = fc.commands(
  [
    channels.map((names) => new Subscribe(names)),
    channels.map((names) => new Subscribe(names)),
    fc.nat(5).map((which) => new Leave(which)),
    fc.constant(new LinkUp()),
    fc.constant(new LinkDown()),
    fc.nat(4).map((which) => new Confirm(which)),
    fc.nat(4).map((which) => new Confirm(which)),
    fc.nat(800).map((milliseconds) => new Wait(milliseconds)),
  ],
  { maxCommands: 60, size: 'max' },
)

test('in any order of events, everyone is told once, and yes only when nothing can be missed any more', (t) => {
  const clock = mockClock(t)
  fc.assert(
    fc.property(steps, (list) => {
      const model: Model = { holders: [], wanted: new Map(), requests: new Map(), isUp: false }
      const real = new Real(clock, model)
      fc.modelRun(() => ({ model, real }), list)

      clock.advance(TIMEOUT + 300)
      check(model, real)
      for (const holder of model.holders) if (holder.holding) real.leave(holder)
      assert.deepEqual(real.subscriptions.linkUp(real).channels, [], 'a channel nobody wants is still subscribed')
      clock.advance(10_300)
      assert.equal(clock.running, 0, 'a timer is left')
    }),
    { numRuns: 300 },
  )
})
