import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChannelTable } from '../../../handler/subscriptions/channel-table.ts'
import { WorkerPeer } from '../../../handler/transmit/worker-peer.ts'

class Listener {
  readonly told: string[] = []
  subscribe(channel: string): void {
    this.told.push(`+${channel}`)
  }
  unsubscribe(channel: string): void {
    this.told.push(`-${channel}`)
  }
}

function worker(index: number): WorkerPeer {
  return new WorkerPeer(index, 100 + index, () => {})
}

function listened(): { table: ChannelTable; told: string[] } {
  const table = new ChannelTable()
  const listener = new Listener()
  table.listen(listener)
  return { table, told: listener.told }
}

test('a channel is sent to the workers that want it, and to no others', () => {
  const table = new ChannelTable()
  const [first, second] = [worker(0), worker(1)]
  table.subscribe(first, ['a', 'b'])
  table.subscribe(second, ['b'])
  assert.deepEqual([...table.workersOf('a')], [first])
  assert.deepEqual([...table.workersOf('b')], [first, second])
  assert.equal(table.workersOf('c').size, 0)
  assert.equal(table.size, 2)
})

test('the listener hears of the first worker of a channel and of the last, not of those between', () => {
  const { table, told } = listened()
  const [first, second] = [worker(0), worker(1)]
  table.subscribe(first, ['a'])
  table.subscribe(second, ['a'])
  table.unsubscribe(first, ['a'])
  assert.deepEqual(told, ['+a'])
  table.unsubscribe(second, ['a'])
  assert.deepEqual(told, ['+a', '-a'])
  assert.equal(table.size, 0)
})

test('a listener that comes late is told of the channels there are', () => {
  const table = new ChannelTable()
  table.subscribe(worker(0), ['a', 'b'])
  const listener = new Listener()
  table.listen(listener)
  assert.deepEqual(listener.told, ['+a', '+b'])
})

test('saying it twice changes nothing', () => {
  const { table, told } = listened()
  const peer = worker(0)
  table.subscribe(peer, ['a', 'a'])
  table.subscribe(peer, ['a'])
  table.unsubscribe(peer, ['a', 'a'])
  table.unsubscribe(peer, ['a', 'never'])
  assert.deepEqual(told, ['+a', '-a'])
})

test('a worker that is gone takes its channels along', () => {
  const { table, told } = listened()
  const [gone, other] = [worker(0), worker(1)]
  table.subscribe(gone, ['a', 'b'])
  table.subscribe(other, ['b'])
  table.unsubscribe(gone, [...gone.channels])
  assert.deepEqual(told, ['+a', '+b', '-a'])
  assert.deepEqual([...table.workersOf('b')], [other])
  assert.equal(gone.channels.size, 0)
})

test('channels named like the properties of objects are channels', () => {
  const { table, told } = listened()
  table.subscribe(worker(0), ['__proto__', 'constructor', ''])
  assert.deepEqual(told, ['+__proto__', '+constructor', '+'])
  assert.equal(table.workersOf('toString').size, 0)
})
