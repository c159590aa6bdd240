import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventError } from '../../../proxy/websocket/over-http/event-error.ts'
import type { WebSocketEvent } from '../../../proxy/websocket/over-http/event.ts'
import { Outbox } from '../../../proxy/websocket/over-http/outbox.ts'

function text(content: string): WebSocketEvent {
  return { type: 'TEXT', content: Buffer.from(content) }
}

const PING: WebSocketEvent = { type: 'PING', content: Buffer.alloc(0) }
const CLOSE: WebSocketEvent = { type: 'CLOSE', code: 1000, reason: Buffer.from('bye') }

function filled(...events: readonly WebSocketEvent[]): Outbox {
  const outbox = new Outbox()
  for (const event of events) outbox.add(event)
  return outbox
}

function offered(outbox: Outbox, oneMessage = false): string[] {
  return outbox
    .offer(oneMessage)
    .map((event) => ('content' in event ? `${event.type} ${event.content.toString()}` : event.type))
}

test('all that waits is offered, in its order, and once it is accepted never again', () => {
  const outbox = filled(text('a'), PING, text('b'), CLOSE)
  assert.deepEqual(offered(outbox), ['TEXT a', 'PING ', 'TEXT b', 'CLOSE'])
  assert.equal(outbox.accept(undefined), false)
  assert.deepEqual(offered(outbox), [])
})

test('one message at a time takes the empty ones before it along', () => {
  const outbox = filled(PING, text(''), text('a'), text('b'))
  assert.deepEqual(offered(outbox, true), ['PING ', 'TEXT ', 'TEXT a'])
  assert.equal(outbox.accept(undefined), true)
  assert.deepEqual(offered(outbox, true), ['TEXT b'])
})

test('only empty messages are offered together, one at a time or not', () => {
  assert.deepEqual(offered(filled(PING, PING), true), ['PING ', 'PING '])
})

test('what came while a request was on its way is not taken for a part of it', () => {
  const outbox = filled(text('a'))
  offered(outbox)
  outbox.add(text('b'))
  assert.equal(outbox.accept(1), true)
  assert.deepEqual(offered(outbox), ['TEXT b'])
})

test('a message that is cut by what is accepted comes again with its rest', () => {
  const outbox = filled(text('hello'), text('world'))
  offered(outbox)
  assert.equal(outbox.accept(7), false)
  assert.equal(outbox.replayed, 3)
  assert.deepEqual(offered(outbox), ['TEXT rld'])
  assert.equal(outbox.accept(3), false)
  assert.equal(outbox.replayed, 0)
})

test('between two messages the empty ones are accepted with the first', () => {
  const outbox = filled(text('ab'), PING, text('cd'))
  offered(outbox)
  outbox.accept(2)
  assert.equal(outbox.replayed, 2)
  assert.deepEqual(offered(outbox), ['TEXT cd'])
})

test('nothing accepted: all comes again', () => {
  const outbox = filled(text('ab'))
  offered(outbox)
  assert.equal(outbox.accept(0), false)
  assert.equal(outbox.replayed, 2)
  assert.deepEqual(offered(outbox), ['TEXT ab'])
})

test('a request without content is accepted with 0', () => {
  const outbox = filled(PING)
  offered(outbox)
  assert.equal(outbox.accept(0), false)
  assert.deepEqual(offered(outbox), [])
})

const refused: [what: string, events: WebSocketEvent[], later: WebSocketEvent[], accepted: number][] = [
  ['more than was offered', [text('ab')], [], 3],
  ['more than was offered, though it waits', [text('ab')], [text('c')], 3],
  ['nothing while more waits', [text('ab')], [text('c')], 0],
  ['all but the close', [text('ab'), CLOSE], [], 2],
  ['a part of the close', [text('ab'), CLOSE], [], 4],
]

for (const [what, events, later, accepted] of refused) {
  test(`a backend cannot accept ${what}`, () => {
    const outbox = filled(...events)
    offered(outbox)
    for (const event of later) outbox.add(event)
    assert.throws(() => outbox.accept(accepted), EventError)
  })
}

test('it is full at 200,000 bytes, and not any more when some are accepted', () => {
  const outbox = filled(text('x'.repeat(199_999)))
  assert.equal(outbox.isFull, false)
  outbox.add(text('x'))
  assert.equal(outbox.isFull, true)
  offered(outbox)
  outbox.accept(1)
  assert.equal(outbox.isFull, false)
})

test('messages without content fill it, too', () => {
  const outbox = filled(...Array.from({ length: 9_999 }, () => PING))
  assert.equal(outbox.isFull, false)
  outbox.add(PING)
  assert.equal(outbox.isFull, true)
  offered(outbox)
  outbox.accept(undefined)
  assert.equal(outbox.isFull, false)
})
