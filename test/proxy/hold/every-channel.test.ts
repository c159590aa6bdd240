import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVERY_CHANNEL } from '../../../shared/link/every-channel.ts'
import { FakeHold, Worker } from './fake-worker.ts'

function holdOnEvery(worker: Worker, id: string): FakeHold {
  const hold = new FakeHold(id, [])
  worker.table.addToEvery(hold, () => {})
  return hold
}

test('who is held on every channel gets the items of each once, before those held on it', (t) => {
  const worker = new Worker(t)
  const own = worker.hold('1', ['a'])
  const every = holdOnEvery(worker, '2')
  const order: string[] = []
  own.onItem = () => void order.push('own')
  every.onItem = () => void order.push('every')
  worker.publish('a')
  worker.publish('b')
  assert.deepEqual(order, ['every', 'own', 'every'])
  assert.deepEqual(
    worker.lines.map((line) => line.split('receivers=')[1]),
    ['2', '1'],
  )
})

test('who leaves in the middle of a delivery gets no more', (t) => {
  const worker = new Worker(t)
  const own = worker.hold('1', ['a'])
  const every = holdOnEvery(worker, '2')
  const another = holdOnEvery(worker, '3')
  every.onItem = () => worker.table.remove(another)
  worker.publish('a')
  assert.deepEqual([another.received, own.received], [0, 1])
  every.onItem = () => worker.table.remove(own)
  worker.publish('a')
  assert.equal(own.received, 1)
})

test('nobody gets everything by a name, and who does gets it for as long as it stays', (t) => {
  const worker = new Worker(t)
  const named = worker.hold('1', [EVERY_CHANNEL], false)
  const every = holdOnEvery(worker, '2')
  const another = holdOnEvery(worker, '3')
  worker.publish('a')
  assert.deepEqual([named.received, every.received], [0, 1])
  worker.publish(EVERY_CHANNEL)
  assert.deepEqual([named.received, every.received], [1, 2])
  worker.table.remove(named)
  worker.table.remove(another)
  assert.deepEqual(worker.told, [`+${EVERY_CHANNEL}`])
  worker.table.remove(every)
  assert.deepEqual(worker.told, [`+${EVERY_CHANNEL}`, `-${EVERY_CHANNEL}`])
})
