import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouteStats } from '../../../proxy/observe/route-stats.ts'

test('a connection counts a minute at once, and one more for each full minute', () => {
  const stats = new RouteStats(undefined)
  const minutesAfter = (seconds: number): number => {
    for (let second = 0; second < seconds; second++) stats.tick()
    return stats.take()?.minutes ?? 0
  }
  assert.equal(minutesAfter(7), 0)
  const first = stats.opened()
  assert.equal(minutesAfter(30), 1)
  const second = stats.opened()
  assert.equal(minutesAfter(29), 1)
  assert.equal(minutesAfter(1), 1, 'the first one has been there for a minute')
  assert.equal(minutesAfter(29), 0)
  assert.equal(minutesAfter(1), 1, 'the second one, too')
  stats.closed(first)
  assert.equal(minutesAfter(60), 1)
  stats.closed(second)
  assert.equal(minutesAfter(120), 0)
})

test('only what has changed is told, and the connections there are', () => {
  const stats = new RouteStats('r')
  assert.deepEqual(stats.take(), { route: 'r', connections: 0, peak: 0 })
  assert.equal(stats.take(), undefined)
  const seconds = [stats.opened(), stats.opened()]
  stats.closed(seconds[0] ?? 0)
  assert.deepEqual(stats.take(), { route: 'r', requests: 2, activity: 2, minutes: 2, connections: 1, peak: 2 })
  assert.equal(stats.take(), undefined)
  stats.closed(seconds[1] ?? 0)
  assert.deepEqual(stats.take(), { route: 'r', connections: 0, peak: 1 })
  stats.forget()
  assert.deepEqual(stats.take(), { route: 'r', connections: 0, peak: 0 }, 'a new handler is told all')
})
