import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkerPeer } from '../../../handler/transmit/worker-peer.ts'

const KB = 1024
const MB = 1024 * KB

function worker(): { peer: WorkerPeer; sent: Buffer[] } {
  const sent: Buffer[] = []
  return { peer: new WorkerPeer(0, 17, (frame) => void sent.push(frame)), sent }
}

function named(name: string, size: number): Buffer {
  return Buffer.alloc(size, name)
}

const names = (sent: readonly Buffer[]): string => sent.map((frame) => String.fromCharCode(frame[0] ?? 0)).join('')

test('a worker that keeps up gets every item at once', () => {
  const { peer, sent } = worker()
  for (let i = 0; i < 100; i++) {
    peer.deliver(named('a', 512 * KB))
    peer.delivered(512 * KB)
  }
  assert.equal(sent.length, 100)
  assert.equal(peer.waiting, 0)
  assert.equal(peer.idle, true)
})

test('a worker that delivers nothing is sent one mebibyte, the rest waits in order', () => {
  const { peer, sent } = worker()
  for (const name of 'abcd') peer.deliver(named(name, 512 * KB))
  assert.equal(names(sent), 'ab')
  assert.equal(peer.waiting, 2)
  peer.delivered(512 * KB)
  assert.equal(names(sent), 'abc')
  peer.delivered(512 * KB)
  assert.equal(names(sent), 'abcd')
})

test('a small item does not overtake a large one that waits', () => {
  const { peer, sent } = worker()
  peer.deliver(named('a', MB))
  peer.deliver(named('b', MB))
  peer.delivered(MB)
  peer.deliver(named('c', 1))
  assert.equal(names(sent), 'ab')
  peer.delivered(MB)
  assert.equal(names(sent), 'abc')
})

test('an item larger than the window is sent all the same', () => {
  const { peer, sent } = worker()
  peer.deliver(named('a', 3 * MB))
  assert.equal(names(sent), 'a')
  peer.deliver(named('b', 1))
  peer.delivered(3 * MB)
  assert.equal(names(sent), 'ab')
})

test('a worker is full with more than 32 MiB waiting, and not any more when it has caught up', () => {
  const { peer } = worker()
  for (let i = 0; i < 33; i++) peer.deliver(named('a', MB))
  assert.equal(peer.full, false)
  peer.deliver(named('a', 1))
  assert.equal(peer.full, true)
  peer.delivered(MB)
  assert.equal(peer.full, false)
})

test('a worker is idle when nothing waits and nothing is on the way', () => {
  const { peer } = worker()
  assert.equal(peer.idle, true)
  peer.deliver(named('a', 10))
  assert.equal(peer.idle, false)
  peer.delivered(10)
  assert.equal(peer.idle, true)
})
