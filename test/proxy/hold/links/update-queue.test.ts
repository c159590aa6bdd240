import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UpdateQueue } from '../../../../proxy/hold/links/update-queue.ts'
import type { Update } from '../../../../proxy/hold/links/update-queue.ts'
import { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import { mockClock } from '../mock-clock.ts'
import { uncaught } from '../uncaught.ts'

class Asking implements Update {
  readonly key: string
  readonly runs: number[]

  constructor(key: string, runs: number[]) {
    this.key = key
    this.runs = runs
  }

  run(group: readonly Update[]): void {
    this.runs.push(group.length)
  }
}

test('equal updates are made together, a tenth of a second later', (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  const runs: number[] = []
  for (let i = 0; i < 5; i++) queue.add('same', new Asking('same', runs))
  queue.add('other', new Asking('other', runs))
  clock.advance(80)
  assert.deepEqual(runs, [])
  clock.advance(130)
  assert.deepEqual(runs, [5, 1])
  clock.advance(1000)
  assert.deepEqual(runs, [5, 1])
})

test('a backend gets no more than a hundred requests in a tenth of a second, whoever asks (GRIP 6.5)', (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  const runs: number[] = []
  for (let i = 0; i < 250; i++) queue.add(`key ${i}`, new Asking(`key ${i}`, runs))
  clock.advance(150)
  assert.equal(runs.length, 100)
  clock.advance(100)
  assert.equal(runs.length, 200)
  clock.advance(100)
  assert.equal(runs.length, 250)
})

test('a very large group goes in parts', (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  const runs: number[] = []
  for (let i = 0; i < 2500; i++) queue.add('same', new Asking('same', runs))
  clock.advance(1000)
  assert.deepEqual(runs, [1000, 1000, 500])
})

test('one that was taken out is not run', (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  const runs: number[] = []
  const [first, second] = [new Asking('same', runs), new Asking('same', runs)]
  queue.add('same', first)
  queue.add('same', second)
  queue.remove('same', first)
  queue.remove('unknown', first)
  clock.advance(300)
  assert.deepEqual(runs, [1])
})

test('an update that asks again at once has its turn in a later batch', (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  let runs = 0
  const again: Update = {
    key: 'again',
    run() {
      if (++runs < 3) queue.add('again', again)
    },
  }
  queue.add('again', again)
  clock.advance(1000)
  assert.equal(runs, 3)
})

test('one that fails does not keep the others from their turn', async (t) => {
  const clock = mockClock(t)
  const queue = new UpdateQueue(new TimerWheel())
  const runs: number[] = []
  const failing: Update = {
    key: 'failing',
    run() {
      throw new Error('failed')
    },
  }
  queue.add('failing', failing)
  queue.add('other', new Asking('other', runs))
  const error = await uncaught(() => clock.advance(300))
  assert.equal((error as Error).message, 'failed')
  assert.deepEqual(runs, [1])
})
