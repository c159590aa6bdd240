import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from './fake-worker.ts'

test('a hold can have one more channel, and gets what is published on it from then on', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', ['room'], false)
  worker.publish('hall')
  let settled = 0
  worker.table.join(hold, 'hall', () => void settled++)
  worker.publish('hall')
  worker.publish('room')
  assert.equal(hold.received, 2)
  assert.equal(settled, 1)
  assert.deepEqual(worker.told, ['+room', '+hall'])
  worker.table.leave(hold, 'hall')
  worker.publish('hall')
  worker.publish('room')
  assert.equal(hold.received, 3)
  assert.deepEqual(worker.told, ['+room', '+hall', '-hall'])
})

test('a channel that is joined twice delivers once, and is left at once', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', ['room'], false)
  let settled = 0
  for (let times = 0; times < 2; times++) worker.table.join(hold, 'hall', () => void settled++)
  worker.publish('hall')
  assert.deepEqual([hold.received, settled], [1, 2])
  for (let times = 0; times < 2; times++) worker.table.leave(hold, 'hall')
  worker.publish('hall')
  assert.equal(hold.received, 1)
  assert.deepEqual(worker.told, ['+room', '+hall', '-hall'])
  assert.deepEqual(worker.watched, ['+1 room', '+1 hall', '-1 hall'])
})

test('who joins a channel is told when the handler confirms it, or when it does not in time', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', ['room'], false)
  worker.isSilent = true
  const settled: string[] = []
  worker.table.join(hold, 'hall', () => void settled.push('hall'))
  assert.equal(settled.length, 0)
  worker.confirmAll()
  worker.table.join(hold, 'yard', () => void settled.push('yard'))
  worker.clock.advance(10_200)
  assert.deepEqual(settled, ['hall', 'yard'])
  // It stays joined, and is told of nothing again.
  worker.confirmAll()
  worker.publish('yard')
  assert.equal(hold.received, 1)
  assert.deepEqual(settled, ['hall', 'yard'])
})

test('a channel that others are on is left without a word to the handler', (t) => {
  const worker = new Worker(t)
  const [hold, other] = [worker.hold('1', ['room'], false), worker.hold('2', ['hall'], false)]
  worker.table.join(hold, 'hall', () => {})
  worker.table.leave(hold, 'hall')
  worker.publish('hall')
  assert.deepEqual([hold.received, other.received], [0, 1])
  assert.deepEqual(worker.told, ['+room', '+hall'])
})

test('a channel that still lingers is joined without a word to the handler, and does not end with its time', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', ['room'])
  worker.table.join(hold, 'hall', () => {})
  worker.table.leave(hold, 'hall')
  worker.clock.advance(40_000)
  let settled = 0
  worker.table.join(hold, 'hall', () => void settled++)
  assert.equal(settled, 1)
  worker.clock.advance(120_000)
  assert.deepEqual(worker.told, ['+room', '+hall'])
  worker.table.leave(hold, 'hall')
  worker.table.leave(hold, 'hall')
  worker.clock.advance(60_200)
  assert.deepEqual(worker.told, ['+room', '+hall', '-hall'])
})

test('leaving a channel that nobody is on is harmless', (t) => {
  const worker = new Worker(t)
  worker.table.leave(worker.hold('1', ['room']), 'nowhere')
  assert.deepEqual(worker.told, ['+room'])
})

test('a hold that ends leaves the channels it had joined', (t) => {
  const worker = new Worker(t)
  const channels = ['room']
  const hold = worker.hold('1', channels, false)
  channels.push('hall')
  worker.table.join(hold, 'hall', () => {})
  worker.table.remove(hold)
  assert.deepEqual(worker.told, ['+room', '+hall', '-room', '-hall'])
})
