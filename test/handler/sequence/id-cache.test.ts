import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdCache } from '../../../handler/sequence/id-cache.ts'

test('an id is new once, and again after its time', () => {
  const ids = new IdCache(60_000)
  assert.equal(ids.add('room', '1', 1000), true)
  assert.equal(ids.add('room', '1', 1000), false)
  assert.equal(ids.add('room', '1', 60_999), false)
  assert.equal(ids.add('room', '1', 61_000), true)
})

test('a repeat does not keep its id alive', () => {
  const ids = new IdCache(1000)
  ids.add('room', '1', 0)
  for (let now = 100; now < 1000; now += 100) assert.equal(ids.add('room', '1', now), false)
  assert.equal(ids.add('room', '1', 1000), true)
})

test('the same id on another channel is another message', () => {
  const ids = new IdCache(1000)
  assert.equal(ids.add('a', '1', 0), true)
  assert.equal(ids.add('b', '1', 0), true)
})

test('however colons fall, channel and id are not mixed up', () => {
  const ids = new IdCache(1000)
  const pairs = [
    ['a', 'b:c'],
    ['a:b', 'c'],
    ['1:a', 'b'],
    ['1', 'a:b'],
    ['', '1:a:b'],
  ] as const
  for (const [channel, id] of pairs) assert.equal(ids.add(channel, id, 0), true, `${channel} ${id}`)
})

test('with a time of 0 nothing is a repeat', () => {
  const ids = new IdCache(0)
  assert.equal(ids.add('room', '1', 0), true)
  assert.equal(ids.add('room', '1', 0), true)
})

test('past a million ids the oldest is forgotten, so that publishers cannot fill the memory', () => {
  const ids = new IdCache(60_000)
  for (let id = 0; id < 1_000_001; id++) ids.add('room', String(id), 0)
  assert.equal(ids.add('room', '1000000', 0), false)
  assert.equal(ids.add('room', '10', 0), false)
  assert.equal(ids.add('room', '0', 0), true)
})

test('ids of any length are told apart, and repeats of them known', () => {
  const ids = new IdCache(1000)
  const long = 'x'.repeat(100_000)
  assert.equal(ids.add('room', `${long}1`, 0), true)
  assert.equal(ids.add('room', `${long}2`, 0), true)
  assert.equal(ids.add('room', `${long}1`, 1), false)
})
