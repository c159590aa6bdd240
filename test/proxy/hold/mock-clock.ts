import type { TestContext } from 'node:test'

export interface Clock {
  readonly now: number
  /** Intervals that run. */
  readonly running: number
  /** Lets time pass in small steps, so that whatever is due meanwhile happens at its time. */
  advance(milliseconds: number): void
  /** Lets time pass at once, as for a process that was busy. */
  jump(milliseconds: number): void
}

interface Interval {
  readonly period: number
  readonly action: () => void
  next: number
  unref(): void
}

const STEP = 10

/**
 * Takes over the time of a test: `performance.now()` and intervals. The timers of node:test 20 go on with an interval that is
 * cleared by its own action, so they are not used.
 */
export function mockClock(t: TestContext): Clock {
  const intervals = new Set<Interval>()
  let now = 5000
  // Not through `mock`, which keeps a record of every call.
  performance.now = () => now
  t.after(() => Reflect.deleteProperty(performance, 'now'))
  t.mock.method(globalThis, 'setInterval', (action: () => void, period: number) => {
    const interval: Interval = { period, action, next: now + period, unref() {} }
    intervals.add(interval)
    return interval
  })
  t.mock.method(globalThis, 'clearInterval', (interval: Interval) => void intervals.delete(interval))

  // As in Node, an interval whose time has passed several times runs once.
  const jump = (milliseconds: number): void => {
    now += milliseconds
    for (const interval of intervals) {
      if (interval.next > now) continue
      interval.next = now + interval.period
      interval.action()
    }
  }
  return {
    get now() {
      return now
    },
    get running() {
      return intervals.size
    },
    jump,
    advance(milliseconds) {
      for (let left = milliseconds; left > 0; left -= STEP) jump(Math.min(left, STEP))
    },
  }
}
