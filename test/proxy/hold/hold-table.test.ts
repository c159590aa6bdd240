import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeHold, streamItem, Worker } from './fake-worker.ts'
import { uncaught } from './uncaught.ts'

test('an item reaches every hold of its channel, and the log counts them', (t) => {
  const worker = new Worker(t)
  const holds = [worker.hold('1', ['room']), worker.hold('2', ['hall', 'room']), worker.hold('3', ['hall'])]
  worker.publish('room')
  worker.publish('nowhere')
  const received = holds.map((hold) => hold.received)
  assert.deepEqual(received, [1, 1, 0])
  assert.deepEqual(worker.lines, ['publish channel=room receivers=2', 'publish channel=nowhere receivers=0'])
})

test('a hold that has no use for an item does not count as a receiver', (t) => {
  const worker = new Worker(t)
  worker.hold('1', ['room'])
  worker.fanOut.push([{ ...streamItem('room'), httpStream: undefined }], () => {})
  assert.deepEqual(worker.lines, ['publish channel=room receivers=0'])
})

test('holds that end while an item is delivered do not keep it from the others', (t) => {
  const worker = new Worker(t)
  const holds = ['1', '2', '3'].map((id) => worker.hold(id, ['room']))
  const [first, second] = holds
  if (first !== undefined) {
    first.onItem = () => {
      worker.table.remove(first)
      // Another one's client may leave in the same moment.
      if (second !== undefined) worker.table.remove(second)
    }
  }
  worker.publish('room')
  worker.publish('room')
  const received = holds.map((hold) => hold.received)
  assert.deepEqual(received, [1, 0, 2])
  assert.equal(worker.table.size, 1)
})

test('the handler is asked for a channel once, and left with the last hold of it', (t) => {
  const worker = new Worker(t)
  const [first, second] = [worker.hold('1', ['room'], false), worker.hold('2', ['room'], false)]
  worker.table.remove(first)
  assert.deepEqual(worker.told, ['+room'])
  worker.table.remove(second)
  assert.deepEqual(worker.told, ['+room', '-room'])
})

test('a stream leaves its channels at once', (t) => {
  const worker = new Worker(t)
  worker.table.remove(worker.hold('1', ['a', 'b'], false))
  assert.deepEqual(worker.told, ['+a,b', '-a', '-b'])
})

test('the channel of a long poll stays subscribed for the linger time, then no longer', (t) => {
  const worker = new Worker(t)
  worker.table.remove(worker.hold('1', ['room']))
  worker.clock.advance(59_990)
  assert.deepEqual(worker.told, ['+room'])
  worker.clock.advance(200)
  assert.deepEqual(worker.told, ['+room', '-room'])
})

test('a client that polls again in time keeps its channel, without a word to the handler', (t) => {
  const worker = new Worker(t)
  for (let poll = 0; poll < 5; poll++) {
    worker.table.remove(worker.hold('1', ['room']))
    worker.clock.advance(40_000)
  }
  assert.deepEqual(worker.told, ['+room'])
  worker.hold('1', ['room'])
  worker.clock.advance(120_000)
  assert.deepEqual(worker.told, ['+room'])
})

test('without linger time a long poll leaves its channels at once', (t) => {
  const worker = new Worker(t, 0)
  worker.table.remove(worker.hold('1', ['room']))
  assert.deepEqual(worker.told, ['+room', '-room'])
})

test('past a hundred thousand lingering channels the one that has lingered longest is left', (t) => {
  const worker = new Worker(t)
  for (let i = 0; i <= 100_000; i++) worker.table.remove(worker.hold(String(i), [`channel-${i}`]))
  const left = worker.told.filter((line) => line.startsWith('-'))
  assert.deepEqual(left, ['-channel-0'])
})

test('removing twice is harmless', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', ['room'], false)
  worker.table.remove(hold)
  worker.table.remove(hold)
  assert.deepEqual(worker.told, ['+room', '-room'])
  assert.equal(worker.table.size, 0)
})

test('a hold on no channel is held', (t) => {
  const worker = new Worker(t)
  const hold = worker.hold('1', [])
  assert.equal(worker.table.has('1'), true)
  worker.table.remove(hold)
  assert.equal(worker.table.has('1'), false)
})

test('a hold the handler does not confirm is out of the table again after the timeout', (t) => {
  const worker = new Worker(t)
  worker.isSilent = true
  const live: boolean[] = []
  worker.table.add(new FakeHold('1', ['room'], false), (isLive) => live.push(isLive))
  assert.equal(worker.table.size, 1)
  worker.clock.advance(10_200)
  assert.deepEqual(live, [false])
  assert.equal(worker.table.size, 0)
  assert.deepEqual(worker.told, ['+room', '-room'])
})

test('recover reaches every hold', (t) => {
  const worker = new Worker(t)
  const holds = [worker.hold('1', ['room']), worker.hold('2', [])]
  worker.table.recoverAll()
  const recovered = holds.map((hold) => hold.recovered)
  assert.deepEqual(recovered, [1, 1])
})

test('what is held again while an item is delivered is not for that item', (t) => {
  const worker = new Worker(t)
  const again: FakeHold[] = []
  for (const id of ['1', '2']) {
    const hold = worker.hold(id, ['room'])
    // As for a hint that the backend answers with a hold. Without an end of it the test would not end either.
    const holdAgain = (old: FakeHold): void => {
      worker.table.remove(old)
      if (again.length > 100) return
      const next = worker.hold(id, ['room'])
      next.onItem = () => holdAgain(next)
      again.push(next)
    }
    hold.onItem = () => holdAgain(hold)
  }
  worker.publish('room')
  const received = again.map((hold) => hold.received)
  assert.deepEqual(received, [0, 0])
  assert.deepEqual(worker.lines, ['publish channel=room receivers=2'])
})

test('the end of an old hold of a request leaves the new one in place', (t) => {
  const worker = new Worker(t)
  const old = worker.hold('1', ['room'])
  worker.table.remove(old)
  const current = worker.hold('1', ['room'])
  worker.table.remove(old)
  assert.equal(worker.table.has('1'), true)
  worker.publish('room')
  worker.table.remove(current)
  worker.publish('room')
  assert.equal(current.received, 1)
  assert.equal(worker.table.size, 0)
})

test('a hold that ended before its confirmation is not told of it', (t) => {
  const worker = new Worker(t)
  worker.isSilent = true
  const live: string[] = []
  const hold = (name: string): FakeHold => {
    const added = new FakeHold('1', ['room'])
    worker.table.add(added, (isLive) => live.push(`${name} ${isLive}`))
    return added
  }
  worker.table.remove(hold('first'))
  hold('second')
  worker.confirmAll()
  assert.deepEqual(live, ['second true'])
})

test('a hold that fails does not keep an item from the others', async (t) => {
  const worker = new Worker(t)
  const [failing, other] = [worker.hold('1', ['room']), worker.hold('2', ['room'])]
  failing.onItem = () => {
    throw new Error('this one fails')
  }
  const error = await uncaught(() => worker.publish('room'))
  assert.equal((error as Error).message, 'this one fails')
  assert.equal(other.received, 1)
})
