import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentMap } from '../../../handler/sessions/recent-map.ts'

test('what was not used for its time is forgotten, what was used lives on', () => {
  const map = new RecentMap<number>(10, 100)
  map.set('a', 1, 0)
  map.set('b', 2, 0)
  assert.equal(map.get('a', 99), 1)
  assert.equal(map.get('b', 100), undefined)
  assert.equal(map.get('a', 100), 1)
  assert.equal(map.get('a', 200), undefined)
  assert.equal(map.size, 0)
})

test('with too many, the one not used for longest is forgotten', () => {
  const map = new RecentMap<number>(2, 100)
  map.set('a', 1, 0)
  map.set('b', 2, 0)
  map.get('a', 1)
  map.set('c', 3, 1)
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => map.get(name, 2)),
    [1, undefined, 3],
  )
})

test('a value can be replaced without another being forgotten', () => {
  const map = new RecentMap<number>(2, 100)
  map.set('a', 1, 0)
  map.set('b', 2, 0)
  map.set('b', 3, 0)
  assert.equal(map.get('a', 1), 1)
  assert.equal(map.get('b', 1), 3)
})
