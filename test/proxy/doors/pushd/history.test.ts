import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { toItem } from '../../../../proxy/doors/bus-item.ts'
import { History } from '../../../../proxy/doors/pushd/state/history.ts'
import { historyJson } from '../../../../proxy/doors/pushd/state/history-json.ts'
import { Timestamps } from '../../../../proxy/doors/pushd/state/timestamps.ts'
import { TimerWheel } from '../../../../proxy/hold/timer-wheel.ts'
import { Worker } from '../../hold/fake-worker.ts'

function start(t: TestContext, size = 3, ttl = 60) {
  const worker = new Worker(t)
  const history = new History(worker.table, new TimerWheel(), new Timestamps(), { size, ttl })
  t.after(() => history.close())
  const publish = (channel: string, text: string): void =>
    worker.fanOut.push([toItem(channel, { content: Buffer.from(text), contentType: 'text/plain' })], () => {})
  const texts = (channel: string): string[] => history.since(channel, 0n).map(({ text }) => text)
  return { worker, history, publish, texts }
}

test('what is published on a channel is kept from when it is first named', (t) => {
  const { history, publish, texts, worker } = start(t)
  publish('a', 'before')
  history.follow('a')
  history.follow('a')
  publish('a', 'one')
  publish('b', 'of another')
  publish('a', 'two')
  assert.deepEqual(texts('a'), ['one', 'two'])
  assert.deepEqual(texts('b'), [])
  assert.deepEqual(worker.told, ['+a'])
  // It is no receiver.
  assert.equal(worker.lines[1], 'publish channel=a receivers=0')
})

test('of each channel the last messages are kept', (t) => {
  const { history, publish, texts } = start(t, 3)
  history.follow('a')
  for (let i = 0; i < 10; i++) publish('a', String(i))
  assert.deepEqual(texts('a'), ['7', '8', '9'])
})

test('messages that are too old go, and channels that nobody uses', (t) => {
  const { history, publish, texts, worker } = start(t, 3, 60)
  history.follow('a')
  history.follow('b')
  publish('a', 'old')
  worker.clock.advance(40_000)
  history.follow('a')
  publish('a', 'new')
  worker.clock.advance(40_000)
  assert.deepEqual(texts('a'), ['new'])
  assert.deepEqual(worker.told, ['+a', '+b', '-b'])
})

test('a channel that somebody else is held on stays followed', (t) => {
  const { history, publish, texts, worker } = start(t, 3, 60)
  history.follow('a')
  worker.hold('somebody', ['a'])
  worker.clock.advance(600_000)
  publish('a', 'late')
  assert.deepEqual(texts('a'), ['late'])
})

test('all messages together take no more than 64 MiB: the oldest go', (t) => {
  const { history, publish, texts } = start(t, 1000)
  history.follow('a')
  history.follow('b')
  publish('b', 'first')
  publish('b', 'x'.repeat(1 << 20))
  for (let i = 0; i < 30; i++) publish('a', 'x'.repeat(1 << 20))
  assert.deepEqual(
    texts('b').map(({ length }) => length),
    [5, 1 << 20],
  )
  publish('a', 'x'.repeat(1 << 20))
  assert.deepEqual(texts('b'), [])
})

test('the channel that was not used for longest is let go when there are too many', (t) => {
  const { history, texts, publish, worker } = start(t)
  for (let i = 0; i < 100_000; i++) history.follow(`c${i}`)
  history.follow('c0')
  publish('c1', 'used again')
  worker.told.length = 0
  history.follow('one more')
  history.follow('and one more')
  assert.deepEqual(worker.told, ['-c2', '+one more', '-c3', '+and one more'])
  assert.deepEqual(texts('c1'), ['used again'])
})

test('an answer has no more than about 1 MiB, and says by its last timestamp where to go on', (t) => {
  const { history, publish } = start(t, 10)
  history.follow('a')
  for (let i = 0; i < 5; i++) publish('a', 'x'.repeat(300_000))
  const first = history.since('a', 0n)
  assert.equal(first.length, 2)
  assert.equal(history.since('a', (first[1]?.stamp ?? 0n) + 1n).length, 2)
})

test('nothing is kept, and nothing subscribed, with a size of 0', (t) => {
  const { history, publish, texts, worker } = start(t, 0)
  history.follow('a')
  publish('a', 'x')
  assert.deepEqual([texts('a'), worker.told], [[], []])
})

test('timestamps keep all their digits', () => {
  const kept = [{ text: '"\n', stamp: 1428559200000000001n }]
  assert.equal(historyJson('c"', kept, 'number'), '[{"channel":"c\\"","msg":"\\"\\n","ts":1428559200000000001}]')
  assert.equal(historyJson('c', kept, 'string'), '[{"channel":"c","msg":"\\"\\n","ts":"1428559200000000001"}]')
})
