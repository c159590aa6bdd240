import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connections } from '../../../proxy/observe/connections.ts'
import { RouteStats } from '../../../proxy/observe/route-stats.ts'
import { Traffic } from '../../../proxy/observe/traffic.ts'
import type { RequestFacts } from '../../../proxy/accept/exchange.ts'
import { mockClock } from '../hold/mock-clock.ts'
import { someRoute } from '../hold/some-route.ts'

function facts(id: string, scheme: RequestFacts['scheme'] = 'http', line = '* test'): RequestFacts {
  return {
    id,
    route: someRoute(line),
    scheme,
    host: 'a',
    target: '/',
    trusted: false,
    debug: false,
    traffic: new Traffic(),
  }
}

function connections(ttl = 120): { open: Connections; stats: RouteStats; dropped: () => number } {
  let drops = 0
  const open = new Connections(ttl, () => void drops++)
  return { open, stats: new RouteStats(undefined), dropped: () => drops }
}

test('nothing is kept of who comes and goes while nobody wants to know', () => {
  const { open, stats } = connections()
  open.opened(facts('1'), '::1', stats)
  open.closed('1')
  assert.deepEqual(open.take(), [])
})

test('who begins to read is told of all there are, then of what changes', () => {
  const { open, stats } = connections()
  open.opened(facts('1'), '::1', stats)
  open.opened(facts('2', 'wss', '*,id=r test'), undefined, stats)
  open.watch(true)
  const first = { id: '1', type: 'http', peer: '::1' }
  const second = { id: '2', route: 'r', type: 'ws', ssl: true }
  assert.deepEqual(open.take(), [first, second])
  assert.deepEqual(open.take(), [])
  open.opened(facts('3', 'https'), '::2', stats)
  open.closed('2')
  open.closed('2')
  const third = { id: '3', type: 'http', peer: '::2', ssl: true }
  assert.deepEqual(open.take(), [third, { id: '2', route: 'r', gone: true }])
  open.watch(true)
  assert.deepEqual(open.take(), [first, third], 'a new handler is told all again')
  open.watch(false)
  open.closed('1')
  assert.deepEqual(open.take(), [])
})

test('a connection is told again at three quarters of the time that it is good for', (t) => {
  const clock = mockClock(t)
  const { open, stats } = connections(100)
  open.watch(true)
  open.opened(facts('1'), undefined, stats)
  clock.jump(10_000)
  open.opened(facts('2'), undefined, stats)
  open.take()
  const told = (): string[] => open.take().map(({ id }) => id)
  clock.jump(64_990)
  assert.deepEqual(told(), [])
  clock.jump(10)
  assert.deepEqual(told(), ['1'])
  clock.jump(10_000)
  assert.deepEqual(told(), ['2'])
  clock.jump(65_000)
  assert.deepEqual(told(), ['1'])
})

test('a flood of connections is told in part, and of what is left out there is a count', () => {
  const { open, stats, dropped } = connections()
  open.watch(true)
  for (let i = 0; i < 10_005; i++) open.opened(facts(String(i)), undefined, stats)
  assert.equal(open.take().length, 10_000)
  assert.equal(dropped(), 5)
})

test('many connections are told as many at a time as a message may have', () => {
  const { open, stats } = connections()
  for (let i = 0; i < 25_000; i++) open.opened(facts(String(i)), undefined, stats)
  open.watch(true)
  assert.deepEqual(
    [open.take(), open.take(), open.take(), open.take()].map(({ length }) => length),
    [10_000, 10_000, 5000, 0],
  )
})

test('the connections of a route are those that have not ended', () => {
  const { open, stats } = connections()
  open.opened(facts('1'), undefined, stats)
  assert.equal(open.has('1'), true)
  assert.ok((open.age('1') ?? -1) >= 0)
  open.closed('1')
  open.closed('1')
  assert.equal(open.has('1'), false)
  assert.equal(open.age('1'), undefined)
  assert.equal(stats.take()?.connections, 0)
})

test('what changed is told, too, when somebody begins to read something else', () => {
  const { open, stats } = connections()
  open.watch(true)
  open.opened(facts('1'), '::1', stats)
  assert.equal(open.take().length, 1)
  open.closed('1')
  open.watch(true)
  assert.deepEqual(open.take(), [{ id: '1', gone: true }])
})
