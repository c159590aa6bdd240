import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { FilterError } from '../../../proxy/filter/filter.ts'
import { HttpFilterQueue } from '../../../proxy/filter/http-filter-queue.ts'
import { mockClock } from '../hold/mock-clock.ts'

const always = () => true

/** A queue whose requests are answered at once, and when each was started. */
function queueOf(t: TestContext, perSecond?: number) {
  const clock = mockClock(t)
  const queue = new HttpFilterQueue(perSecond)
  const begin = clock.now
  const started: { readonly name: string; readonly at: number }[] = []
  const run = (url: string, name = url, isWanted = always): Promise<string> =>
    queue.run(
      url,
      async () => {
        started.push({ name, at: clock.now - begin })
        return `answer to ${name}`
      },
      isWanted,
    )
  return { clock, queue, started, run, names: () => started.map(({ name }) => name).join(' ') }
}

test('the first request goes at once and is answered', async (t) => {
  const { run, started } = queueOf(t)
  const answer = run('a')
  assert.deepEqual(started, [{ name: 'a', at: 0 }])
  assert.equal(await answer, 'answer to a')
})

for (const [perSecond, most] of [
  [undefined, 100],
  [50, 50],
  [33, 33],
] as const) {
  test(`no second sees more than ${most} requests, and all are made`, (t) => {
    const { run, started, clock } = queueOf(t, perSecond)
    const answers = Array.from({ length: 300 }, () => run('a'))
    clock.advance(12_000)
    assert.equal(started.length, answers.length)
    for (const { at } of started) {
      const within = started.filter((other) => other.at >= at && other.at < at + 1000)
      assert.ok(within.length <= most, `${within.length} from ${at} on`)
    }
    assert.ok(started.filter(({ at }) => at < 1000).length > most * 0.7)
  })
}

test('a process that was busy does not make up for it', (t) => {
  const { run, started, clock } = queueOf(t)
  for (let i = 0; i < 100; i++) void run('a')
  clock.jump(5000)
  assert.equal(started.length, 2)
})

test('URLs take turns, whoever has more to ask', (t) => {
  const { run, names, clock } = queueOf(t)
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) void run(name.slice(0, 1), name)
  clock.advance(30)
  void run('b', 'b2')
  void run('d', 'd1')
  clock.advance(1000)
  assert.equal(names(), 'a1 a2 b1 c1 a3 c2 b2 d1 a4')
})

test('a request that nobody wants any more takes no turn', async (t) => {
  const { run, names, clock } = queueOf(t)
  let gone = false
  void run('a', 'a1')
  const unwanted = Array.from({ length: 500 }, (_, i) => run('a', `gone${i}`, () => !gone))
  void run('a', 'a2')
  void run('b', 'b1')
  gone = true
  clock.advance(20)
  assert.equal(names(), 'a1 b1 a2')
  for (const answer of unwanted) await assert.rejects(answer, new FilterError('network request is not wanted'))
})

test('beyond 10000 waiting requests the next one is refused, until there is room', async (t) => {
  const { run, started, clock } = queueOf(t)
  // The first does not wait.
  for (let i = 0; i <= 10_000; i++) void run(`url${i % 7}`)
  const refused = new FilterError('network request limit reached')
  await assert.rejects(run('another'), refused)
  clock.advance(10)
  void run('another')
  await assert.rejects(run('another'), refused)
  clock.advance(110_000)
  assert.equal(started.length, 10_002)
})

test('a request that fails, or throws, fails for who asked and for nobody else', async (t) => {
  const { queue, run, clock } = queueOf(t)
  const rejected = queue.run('a', () => Promise.reject(new Error('disconnected')), always)
  const threw = queue.run(
    'a',
    () => {
      throw new Error('tls error')
    },
    always,
  )
  const good = run('a')
  clock.advance(100)
  await assert.rejects(rejected, new Error('disconnected'))
  await assert.rejects(threw, new Error('tls error'))
  assert.equal(await good, 'answer to a')
})

test('no timer runs while nothing waits', (t) => {
  const { run, clock, started } = queueOf(t)
  assert.equal(clock.running, 0)
  void run('a')
  assert.equal(clock.running, 1)
  clock.advance(20)
  assert.equal(clock.running, 0)
  void run('a')
  void run('b')
  assert.equal(clock.running, 1)
  clock.advance(100)
  assert.equal(clock.running, 0)
  assert.equal(started.length, 3)
})
