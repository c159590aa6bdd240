import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import type { SubscriptionLink } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { mockClock } from './mock-clock.ts'

/** Keeps what the handler is told. */
class Link implements SubscriptionLink {
  readonly told: string[] = []
  readonly requests: number[] = []

  subscribe(request: number, channels: readonly string[]): void {
    this.requests.push(request)
    this.told.push(`+${channels.join()}`)
  }

  unsubscribe(channels: readonly string[]): void {
    this.told.push(`-${channels.join()}`)
  }

  forget(channels: readonly string[]): void {
    this.told.push(`?${channels.join()}`)
  }
}

function connected(): { subscriptions: Subscriptions; link: Link; live: string[]; subscribe: Subscribe } {
  const subscriptions = new Subscriptions(new TimerWheel(), 10_000)
  const link = new Link()
  subscriptions.confirm(subscriptions.linkUp(link).request)
  const live: string[] = []
  const subscribe: Subscribe = (name, ...channels) => {
    subscriptions.subscribe(channels, (isLive) => live.push(`${name} ${isLive}`))
  }
  return { subscriptions, link, live, subscribe }
}

type Subscribe = (name: string, ...channels: string[]) => void

test('whoever subscribes is live when the handler has confirmed it', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('first', 'a', 'b')
  assert.deepEqual(live, [])
  assert.deepEqual(link.told, ['+a,b'])
  for (const request of link.requests) subscriptions.confirm(request)
  assert.deepEqual(live, ['first true'])
})

test('a channel that is confirmed already costs no message and no wait', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('first', 'a')
  subscriptions.confirm(link.requests[0] ?? 0)
  subscribe('second', 'a')
  assert.deepEqual(live, ['first true', 'second true'])
  assert.deepEqual(link.told, ['+a'])
})

test('no channels at all are live at once', (t) => {
  mockClock(t)
  const { live, subscribe } = connected()
  subscribe('first')
  assert.deepEqual(live, ['first true'])
})

test('only the channels that are new are asked for, and the wait is for all', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('first', 'a')
  subscribe('second', 'a', 'b')
  assert.deepEqual(link.told, ['+a', '+b'])
  const [forA = 0, forB = 0] = link.requests
  subscriptions.confirm(forB)
  assert.deepEqual(live, [])
  subscriptions.confirm(forA)
  assert.deepEqual(live, ['first true', 'second true'])
})

test('without a confirmation the answer is no, after the timeout and once', (t) => {
  const clock = mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('first', 'a')
  clock.advance(9990)
  assert.deepEqual(live, [])
  clock.advance(200)
  assert.deepEqual(live, ['first false'])
  for (const request of link.requests) subscriptions.confirm(request)
  clock.advance(20_000)
  assert.deepEqual(live, ['first false'])
})

test('a confirmation from before an unsubscribe does not count for the subscription after it', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('left', 'a')
  subscriptions.unsubscribe('a')
  subscribe('new', 'a')
  const [old = 0, current = 0] = link.requests
  subscriptions.confirm(old)
  assert.deepEqual(live, [])
  subscriptions.confirm(current)
  assert.deepEqual(live, ['new true'])
  assert.deepEqual(link.told, ['+a', '-a', '+a'])
})

test('a handler that comes back is greeted with everything wanted, also with what was asked for meanwhile', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('before', 'a')
  subscriptions.confirm(link.requests[0] ?? 0)
  subscriptions.linkDown()
  subscribe('old channel', 'a')
  subscribe('new channel', 'b')
  assert.deepEqual(live, ['before true'])
  const next = new Link()
  const { request, channels } = subscriptions.linkUp(next)
  assert.deepEqual(channels, ['a', 'b'])
  assert.deepEqual(next.told, [])
  subscriptions.confirm(request)
  assert.deepEqual(live, ['before true', 'old channel true', 'new channel true'])
})

test('what a handler confirmed before it went away says nothing about the next one', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscribe('first', 'a')
  subscriptions.linkDown()
  subscriptions.linkUp(new Link())
  subscriptions.confirm(link.requests[0] ?? 0)
  assert.deepEqual(live, [])
})

test('who waits for a handler that does not come back is told no', (t) => {
  const clock = mockClock(t)
  const { subscriptions, live, subscribe } = connected()
  subscriptions.linkDown()
  subscribe('first', 'a')
  clock.advance(10_200)
  assert.deepEqual(live, ['first false'])
})

test('a channel nobody wants any more is not in the next greeting', (t) => {
  mockClock(t)
  const { subscriptions, link, subscribe } = connected()
  subscribe('first', 'a', 'b')
  subscriptions.unsubscribe('a')
  subscriptions.unsubscribe('never')
  assert.deepEqual(link.told, ['+a,b', '-a'])
  assert.deepEqual(subscriptions.linkUp(link).channels, ['b'])
})

test('whoever is told can subscribe and unsubscribe in the same breath', (t) => {
  mockClock(t)
  const { subscriptions, link, live, subscribe } = connected()
  subscriptions.subscribe(['a', 'b'], () => {
    subscriptions.unsubscribe('a')
    subscribe('inner', 'a')
    subscribe('other', 'b')
  })
  subscriptions.confirm(link.requests[0] ?? 0)
  assert.deepEqual(live, ['other true'])
  subscriptions.confirm(link.requests[1] ?? 0)
  assert.deepEqual(live, ['other true', 'inner true'])
})
