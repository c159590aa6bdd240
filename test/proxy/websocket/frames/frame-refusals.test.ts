import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameRules } from '../../../../proxy/websocket/frames/frame-rules.ts'
import { fromClient, fromServer, hex, read } from './recording-sink.ts'

const deflate: FrameRules = { ...fromServer, deflate: true }

/** The last byte of each is the one with which it is certain. */
const refusals: Array<[name: string, rules: FrameRules, digits: string, closeCode: number, reason: string]> = [
  ['the second reserved bit', fromServer, 'a1 00', 1002, 'a reserved bit is set'],
  ['the third reserved bit', fromServer, '91 00', 1002, 'a reserved bit is set'],
  ['the second reserved bit, with compression', deflate, 'e1 00', 1002, 'a reserved bit is set'],
  ['compression that was not negotiated', fromServer, 'c1 00', 1002, 'a frame is marked as compressed and cannot be'],
  ['a compressed continuation', deflate, '41 00 c0 00', 1002, 'a frame is marked as compressed and cannot be'],
  ['a compressed ping', deflate, 'c9 00', 1002, 'a frame is marked as compressed and cannot be'],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): (typeof refusals)[number] => {
    return [`opcode ${opcode}`, fromServer, `8${opcode.toString(16)} 00`, 1002, `the opcode ${opcode} is reserved`]
  }),
  ['a client that does not mask', fromClient, '81 00', 1002, 'a frame is not masked'],
  ['a client that does not mask a ping', fromClient, '89 00', 1002, 'a frame is not masked'],
  ['a server that masks', fromServer, '81 80', 1002, 'a frame is masked'],
  ['a fragmented ping', fromServer, '09 00', 1002, 'a control frame is fragmented'],
  ['a fragmented close', fromServer, '08 00', 1002, 'a control frame is fragmented'],
  ['a ping of 126 bytes', fromServer, '89 7e', 1002, 'a control frame is longer than 125 bytes'],
  ['a close of many bytes', fromServer, '88 7f', 1002, 'a control frame is longer than 125 bytes'],
  ['a continuation of nothing', fromServer, '80 00', 1002, 'a continuation has no message'],
  ['a continuation after a whole message', fromServer, '01 00 80 00 80 00', 1002, 'a continuation has no message'],
  ['a text within a message', fromServer, '01 00 81 00', 1002, 'a message begins within another'],
  ['binary within a message, after a ping', fromServer, '02 00 89 00 82 00', 1002, 'a message begins within another'],
  ['125 as a length of 2 bytes', fromServer, '82 7e 00 7d', 1002, 'a length is not in its shortest form'],
  [
    '65535 as a length of 8 bytes',
    fromServer,
    '82 7f 00 00 00 00 00 00 ff ff',
    1002,
    'a length is not in its shortest form',
  ],
  ['a negative length', fromServer, '82 7f 80 00 00 00 00 00 00 00', 1002, 'a length has its highest bit set'],
  ['a length that is no exact number', fromServer, '82 7f 00 20 00 00 00 00 00 00', 1009, 'a frame is too large'],
  ['the largest length', fromServer, '82 7f 7f ff ff ff ff ff ff ff', 1009, 'a frame is too large'],
  ['a message over the limit', fromServer, '82 7e 03 e9', 1009, 'a message is larger than 1000 bytes'],
  ['a masked message over the limit', fromClient, '82 fe 03 e9', 1009, 'a message is larger than 1000 bytes'],
  [
    'a message whose frames are over the limit',
    { ...fromServer, maxMessage: 3 },
    '02 02 61 62 89 00 80 02',
    1009,
    'a message is larger than 3 bytes',
  ],
  ['a text of another coding', fromServer, '81 05 61 ff', 1007, 'a text is not UTF-8'],
  ['an overlong character', fromServer, '81 05 c0', 1007, 'a text is not UTF-8'],
  ['an overlong character of three bytes', fromServer, '81 05 e0 9f', 1007, 'a text is not UTF-8'],
  ['half of a surrogate pair', fromServer, '81 05 ed a0', 1007, 'a text is not UTF-8'],
  ['a character above all others', fromServer, '81 05 f4 90', 1007, 'a text is not UTF-8'],
  ['a bad character in a later frame', fromServer, '01 01 e2 89 00 00 05 61', 1007, 'a text is not UTF-8'],
  ['a text that ends within a character', fromServer, '81 02 e2 82', 1007, 'a text is not UTF-8'],
  ['a text whose empty last frame leaves a character open', fromServer, '01 01 e2 80 00', 1007, 'a text is not UTF-8'],
  ['an uncompressed text that is none', deflate, '81 01 ff', 1007, 'a text is not UTF-8'],
  ['half a close code', fromServer, '88 01', 1002, 'a close frame has half a code'],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code): (typeof refusals)[number] => {
    const digits = `88 02 ${code.toString(16).padStart(4, '0')}`
    return [`the close code ${code}`, fromServer, digits, 1002, `the close code ${code} cannot be sent`]
  }),
  ['a reason of another coding', fromServer, '88 03 03 e8 ff', 1007, 'the reason of a close frame is not UTF-8'],
  ['a reason cut in a character', fromServer, '88 04 03 e8 e2 82', 1007, 'the reason of a close frame is not UTF-8'],
]

for (const [name, rules, digits, closeCode, reason] of refusals) {
  test(`${name} ends the connection, as soon as it is seen`, () => {
    assert.ok(reason.length <= 123, 'it fits into a close frame')
    const bytes = hex(digits)
    assert.deepEqual(seen(rules, [bytes]), [closeCode, reason])
    const single = Array.from(bytes, (byte) => Buffer.from([byte]))
    assert.deepEqual(seen(rules, single), [closeCode, reason])
    assert.equal(read(rules, [bytes.subarray(0, -1)]).error, undefined)
  })
}

test('a piece that is not UTF-8 is not handed on', () => {
  assert.deepEqual(read(fromServer, [hex('81 03 61'), hex('62 ff')]).calls, ['text 3', 'data a'])
})

function seen(rules: FrameRules, chunks: readonly Buffer[]): unknown[] {
  const { error } = read(rules, chunks)
  return [error?.closeCode, error?.message]
}
