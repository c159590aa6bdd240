import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketContext, WebSocketEvent as LibraryEvent, encodeWebSocketEvents } from '@fanoutio/grip'
import * as fc from 'fast-check'
import { decodeEvents } from '../../../../proxy/websocket/over-http/decode-events.ts'
import { encodeEvents } from '../../../../proxy/websocket/over-http/encode-events.ts'
import { EventError } from '../../../../proxy/websocket/over-http/event-error.ts'
import type { WebSocketEvent } from '../../../../proxy/websocket/over-http/event.ts'

const nothing = Buffer.alloc(0)

function decode(bytes: string): WebSocketEvent[] {
  return decodeEvents(Buffer.from(bytes, 'latin1'))
}

function text(content: string): WebSocketEvent {
  return { type: 'TEXT', content: Buffer.from(content) }
}

const read: Array<[bytes: string, events: WebSocketEvent[]]> = [
  ['', []],
  ['OPEN\r\n', [{ type: 'OPEN' }]],
  ['OPEN\r\nTEXT 5\r\nhello\r\n', [{ type: 'OPEN' }, text('hello')]],
  ['TEXT A\r\n0123456789\r\n', [text('0123456789')]],
  ['TEXT 000a\r\n0123456789\r\n', [text('0123456789')]],
  ['TEXT 2\r\n\xc3\xbc\r\n', [text('\u00fc')]],
  ['TEXT 0\r\n\r\n', [text('')]],
  ['TEXT\r\n', [text('')]],
  ['TEXT 4\r\n\r\n\r\n\r\n', [text('\r\n\r\n')]],
  ['BINARY 2\r\n\xff\x00\r\n', [{ type: 'BINARY', content: Buffer.from([255, 0]) }]],
  ['BINARY\r\n', [{ type: 'BINARY', content: nothing }]],
  ['PING\r\nPONG\r\n', ['PING' as const, 'PONG' as const].map((type) => ({ type, content: nothing }))],
  [
    'PING 0\r\n\r\nPONG 1\r\nx\r\n',
    [
      { type: 'PING', content: nothing },
      { type: 'PONG', content: Buffer.from('x') },
    ],
  ],
  ['CLOSE\r\n', [{ type: 'CLOSE', code: undefined, reason: nothing }]],
  ['CLOSE 0\r\n\r\n', [{ type: 'CLOSE', code: undefined, reason: nothing }]],
  ['CLOSE 2\r\n\x03\xe8\r\n', [{ type: 'CLOSE', code: 1000, reason: nothing }]],
  ['CLOSE 5\r\n\x0f\xa1bye\r\n', [{ type: 'CLOSE', code: 4001, reason: Buffer.from('bye') }]],
  ['CLOSE 2\r\n\x00\x00\r\n', [{ type: 'CLOSE', code: 0, reason: nothing }]],
  ['DISCONNECT\r\n', [{ type: 'DISCONNECT' }]],
  ['OPEN 0\r\n\r\nDISCONNECT 1\r\nx\r\n', [{ type: 'OPEN' }, { type: 'DISCONNECT' }]],
]

for (const [bytes, events] of read) {
  test(`a backend's ${JSON.stringify(bytes)} is understood`, () => {
    assert.deepEqual(decode(bytes), events)
  })
}

test('events of other types are passed over, and so is what is in them', () => {
  assert.deepEqual(decode('FUTURE\r\nFUTURE 8\r\nCLOSE\r\n!\r\ntext 1\r\na\r\nTEXT 1\r\nb\r\n'), [text('b')])
})

test('nothing counts after the connection has ended', () => {
  assert.deepEqual(decode('DISCONNECT\r\nTEXT 1\r\na\r\n'), [{ type: 'DISCONNECT' }])
  const close = { type: 'CLOSE', code: undefined, reason: nothing }
  assert.deepEqual(decode('TEXT 1\r\na\r\nCLOSE\r\nCLOSE 1\r\nx\r\n'), [text('a'), close])
  assert.deepEqual(decode('CLOSE\r\nTEXT -1 malformed'), [close])
})

test('an empty line between events is no event', () => {
  assert.deepEqual(decode('OPEN\r\n\r\nTEXT 1\r\na\r\n\r\n'), [{ type: 'OPEN' }, text('a')])
  assert.deepEqual(decode('\r\n'), [])
})

test('a large message is not copied', () => {
  const body = Buffer.from('BINARY 2\r\nab\r\nCLOSE 3\r\n\x03\xe8x\r\n', 'latin1')
  const events = decodeEvents(body)
  body.fill('z')
  assert.deepEqual(events, [
    { type: 'BINARY', content: Buffer.from('zz') },
    { type: 'CLOSE', code: 1000, reason: Buffer.from('z') },
  ])
})

const noEnd = 'the last event has no end of line'
const noType = 'an event type is empty or has characters that no type has'
const noNumber = 'the length of an event is not a hexadecimal number'
const cut = 'the last event is longer than what was received'
const shifted = 'the content of an event does not end where its length says'

const refused: Array<[bytes: string, problem: string]> = [
  ['OPEN', noEnd],
  ['OPEN\n', noEnd],
  ['OPEN\r', noEnd],
  ['OPEN\r\nTEXT 1', noEnd],
  ['TEXT 1\na\n', noEnd],
  [' \r\n', noType],
  [' 1\r\na\r\n', noType],
  ['OPEN\nTEXT 1\r\na\r\n', noType],
  ['OPEN\r\n\r', noEnd],
  ['\xefOPEN\r\n', noType],
  ['TEXT \r\n\r\n', noNumber],
  ['TEXT -1\r\na\r\n', noNumber],
  ['TEXT +1\r\na\r\n', noNumber],
  ['TEXT 0x1\r\na\r\n', noNumber],
  ['TEXT 1.0\r\na\r\n', noNumber],
  ['TEXT 1 \r\na\r\n', noNumber],
  ['TEXT  1\r\na\r\n', noNumber],
  ['TEXT\t1\r\na\r\n', noType],
  ['TEXT g\r\na\r\n', noNumber],
  ['TEXT 1\r\n', cut],
  ['TEXT 1\r\na', cut],
  ['TEXT 1\r\na\r', cut],
  ['TEXT 2\r\na\r\n', cut],
  ['FUTURE 5\r\na\r\n', cut],
  ['TEXT ffffffff\r\na\r\n', cut],
  ['TEXT fffffffffffffffffffff\r\na\r\n', cut],
  [`TEXT ${'f'.repeat(5000)}\r\na\r\n`, cut],
  ['TEXT 1\r\nab\r\n', shifted],
  ['TEXT 1\r\na\n\n', shifted],
  ['TEXT 1\r\na\n\r\n', shifted],
  ['TEXT 1\r\na\r\r\n', shifted],
  ['TEXT 1\r\n\xff\r\n', 'the content of a TEXT event is not UTF-8'],
  ['TEXT 1\r\n\xc3\r\n', 'the content of a TEXT event is not UTF-8'],
  ['CLOSE 1\r\nx\r\n', 'the content of a CLOSE event is too short for a code'],
  ['CLOSE 3\r\n\x03\xe8\xff\r\n', 'the reason of a CLOSE event is not UTF-8'],
  [`CLOSE 7e\r\n\x03\xe8${'x'.repeat(124)}\r\n`, 'the content of a CLOSE event has more than 125 bytes'],
  [`PING 7e\r\n${'x'.repeat(126)}\r\n`, 'the content of a PING event has more than 125 bytes'],
  [`PONG 7e\r\n${'x'.repeat(126)}\r\n`, 'the content of a PONG event has more than 125 bytes'],
]

for (const [bytes, message] of refused) {
  test(`the operator reads why ${JSON.stringify(bytes).slice(0, 60)} dropped the client`, () => {
    assert.throws(() => decode(bytes), { name: 'EventError', message })
  })
}

test('a control frame may be full', () => {
  const content = 'x'.repeat(125)
  assert.deepEqual(decode(`PING 7d\r\n${content}\r\n`), [{ type: 'PING', content: Buffer.from(content) }])
})

test('the gateway reads what the client library writes', () => {
  const body = encodeWebSocketEvents([
    new LibraryEvent('OPEN'),
    new LibraryEvent('TEXT', 'm:gr\u00fcn'),
    new LibraryEvent('TEXT', ''),
    new LibraryEvent('BINARY', new Uint8Array([109, 58, 255])),
    new LibraryEvent('PONG'),
    new LibraryEvent('CLOSE', new Uint8Array([3, 232])),
  ])
  assert.deepEqual(decodeEvents(Buffer.from(body)), [
    { type: 'OPEN' },
    text('m:gr\u00fcn'),
    text(''),
    { type: 'BINARY', content: Buffer.from('m:\xff', 'latin1') },
    { type: 'PONG', content: nothing },
    { type: 'CLOSE', code: 1000, reason: nothing },
  ])
})

test('the gateway reads what an application with the client library answers', () => {
  const context = new WebSocketContext('id', {}, [new LibraryEvent('OPEN')])
  context.accept()
  context.subscribe('room')
  context.send('')
  context.close()
  assert.deepEqual(decodeEvents(Buffer.from(encodeWebSocketEvents(context.getOutgoingEvents()))), [
    { type: 'OPEN' },
    text('c:{"channel":"room","type":"subscribe"}'),
    text('m:'),
    { type: 'CLOSE', code: 0, reason: nothing },
  ])
})

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const utf8 = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.string({ unit: 'binary', maxLength }).map((string) => Buffer.from(string))

const anyEvent: fc.Arbitrary<WebSocketEvent> = fc.oneof(
  fc.constant({ type: 'OPEN' as const }),
  utf8(100).map((content) => ({ type: 'TEXT' as const, content })),
  fc.tuple(fc.constantFrom('BINARY', 'PING', 'PONG'), bytes(125)).map(([type, content]) => ({ type, content })),
)
const lastEvent: fc.Arbitrary<WebSocketEvent> = fc.oneof(
  fc.constant({ type: 'DISCONNECT' as const }),
  fc.constant({ type: 'CLOSE' as const, code: undefined, reason: nothing }),
  fc.tuple(fc.nat(0xffff), utf8(30)).map(([code, reason]) => ({ type: 'CLOSE' as const, code, reason })),
)
const anyEvents = fc.tuple(fc.array(anyEvent), fc.array(lastEvent, { maxLength: 1 })).map((both) => both.flat())

test('all events come back as they were written', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      assert.deepEqual(decodeEvents(encodeEvents(events)), events)
    }),
    { numRuns: 1000 },
  )
})

/** Returns normally or throws EventError; anything else fails the property. */
function isHarmless(body: Buffer): void {
  try {
    decodeEvents(body)
  } catch (error) {
    assert.ok(error instanceof EventError, String(error))
  }
}

test('no bytes do more harm than to drop the client', () => {
  fc.assert(fc.property(bytes(64), isHarmless), { numRuns: 1000 })
  const pieces = ['TEXT', 'OPEN', 'CLOSE', 'PING', ' ', '\r\n', '\r', '\n', '0', '2', 'F', '-', '\xff', 'x']
  const mixed = fc.array(fc.constantFrom(...pieces)).map((list) => Buffer.from(list.join(''), 'latin1'))
  fc.assert(fc.property(mixed, isHarmless), { numRuns: 3000 })
})
