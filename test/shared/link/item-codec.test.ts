import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { decodeItem, encodeItem, publishNumber, receivedAt } from '../../../shared/link/item-codec.ts'
import { isItem } from '../../../shared/link/messages.ts'
import { httpResponse, httpStream, publishItem, wsMessage } from '../../support/publish-item.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const text = fc.string({ unit: 'binary' })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const contentFilters = maybe(fc.array(text))
const send = fc.constant('send' as const)
const noContent = fc.record({ action: fc.constantFrom('hint' as const, 'close' as const, 'refresh' as const) })
// JSON has no -0.
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

const response = fc.record({
  action: send,
  code: fc.integer({ min: 0, max: 999 }),
  reason: text,
  headers: fc.array(fc.tuple(text, text)),
  body: maybe(bytes),
  bodyPatch: maybe(fc.array(json)),
  contentFilters,
})
const message = fc.record({
  action: send,
  type: fc.constantFrom('text' as const, 'binary' as const, 'ping' as const, 'pong' as const),
  content: bytes,
  contentFilters,
})
const close = fc.record({ action: fc.constant('close' as const), code: maybe(fc.nat(0xffff)), reason: text })

const item: fc.Arbitrary<PublishItem> = fc.record({
  channel: text,
  id: maybe(text),
  prevId: maybe(text),
  noSeq: fc.boolean(),
  size: maybe(fc.nat()),
  meta: maybe(fc.dictionary(text, text, { noNullPrototype: true })),
  httpResponse: maybe(fc.oneof(response, noContent)),
  httpStream: maybe(fc.oneof(fc.record({ action: send, content: bytes, contentFilters }), noContent)),
  wsMessage: maybe(
    fc.oneof(message, close, fc.record({ action: fc.constantFrom('hint' as const, 'refresh' as const) })),
  ),
})

/** A field that is not there and one that is undefined are the same to whoever reads an item. */
function present(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  if (Array.isArray(value)) return value.map(present)
  const entries = Object.entries(value).filter(([, element]) => element !== undefined)
  return Object.fromEntries(entries.map(([key, element]) => [key, present(element)]))
}

test('every item arrives at a worker as it was published', () => {
  fc.assert(
    fc.property(item, (published) => {
      const frame = encodeItem(published)
      assert.ok(isItem(frame))
      assert.deepEqual(present(decodeItem(frame)), present(published))
    }),
    { numRuns: 500 },
  )
})

test('a name that is no Unicode text arrives as it was published, too', () => {
  const channel = 'half a character: \ud800'
  assert.equal(decodeItem(encodeItem({ ...published, channel })).channel, channel)
})

const binary = Buffer.from([0x00, 0xff, 0x0a, 0x22, 0x5c])

const published = publishItem('room', {
  httpResponse: httpResponse('response'),
  httpStream: httpStream(binary),
  wsMessage: { ...wsMessage('message'), type: 'binary' },
})

test('contents travel as the bytes they are, one behind the other', () => {
  const frame = encodeItem(published)
  const tail = Buffer.concat([Buffer.from('response'), binary, Buffer.from('message')])
  assert.deepEqual(frame.subarray(-tail.length), tail)
})

test('the time of receipt and the number of the publish stand before the item', () => {
  const frame = encodeItem(published, 12_345_678.9, 0xffff_ffff)
  assert.equal(receivedAt(frame), 12_345_678.9)
  assert.equal(publishNumber(frame), 0xffff_ffff)
  assert.equal(decodeItem(frame).channel, 'room')
  assert.equal(publishNumber(encodeItem(published)), 0)
})

test('decoded contents are views of the frame, not copies', () => {
  const frame = encodeItem(published)
  const decoded = decodeItem(frame)
  assert.ok(decoded.httpResponse?.action === 'send')
  assert.ok(decoded.httpStream?.action === 'send')
  assert.ok(decoded.wsMessage?.action === 'send')
  for (const content of [decoded.httpResponse.body, decoded.httpStream.content, decoded.wsMessage.content]) {
    assert.equal(content?.buffer, frame.buffer)
  }
  frame.fill('x', frame.length - 'message'.length)
  assert.equal(decoded.wsMessage.content.toString(), 'xxxxxxx')
})

test('an empty content is not a missing one', () => {
  const empty = decodeItem(encodeItem(publishItem('room', { httpStream: httpStream('') })))
  assert.equal(empty.httpResponse, undefined)
  assert.ok(empty.httpStream?.action === 'send')
  assert.equal(empty.httpStream.content.length, 0)
})
