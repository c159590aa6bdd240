import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closePayload } from '../../../../proxy/websocket/frames/close-payload.ts'
import { frame, frameHead } from '../../../../proxy/websocket/frames/frame-writer.ts'
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../../../../proxy/websocket/frames/frame.ts'
import { maskedFrame, MaskedFrame } from '../../../../proxy/websocket/frames/masked-frame.ts'
import { hex } from './recording-sink.ts'

const hello = Buffer.from('Hello')

const frames: Array<[name: string, frame: Buffer, digits: string]> = [
  ['a text', frame(TEXT, hello), '81 05 48 65 6c 6c 6f'],
  ['the first of several frames', frame(TEXT, Buffer.from('Hel'), { fin: false }), '01 03 48 65 6c'],
  ['a continuation', frame(CONTINUATION, Buffer.from('lo')), '80 02 6c 6f'],
  ['a compressed text', frame(TEXT, Buffer.from('a'), { compressed: true }), 'c1 01 61'],
  [
    'the first of several compressed frames',
    frame(BINARY, hello, { fin: false, compressed: true }),
    '42 05 48 65 6c 6c 6f',
  ],
  ['a ping', frame(PING, hello), '89 05 48 65 6c 6c 6f'],
  ['an empty pong', frame(PONG, Buffer.alloc(0)), '8a 00'],
  ['125 bytes', frame(BINARY, Buffer.alloc(125)), `82 7d ${'00'.repeat(125)}`],
  ['126 bytes', frame(BINARY, Buffer.alloc(126)), `82 7e 00 7e ${'00'.repeat(126)}`],
  ['65535 bytes', frame(BINARY, Buffer.alloc(65_535)), `82 7e ff ff ${'00'.repeat(65_535)}`],
  ['65536 bytes', frame(BINARY, Buffer.alloc(65_536)), `82 7f 00 00 00 00 00 01 00 00 ${'00'.repeat(65_536)}`],
  ['the head of a small frame', frameHead(TEXT, 5), '81 05'],
  ['the head of a large frame', frameHead(BINARY, 600_000, { fin: false }), '02 7f 00 00 00 00 00 09 27 c0'],
  ['the head of a frame beyond 32 bits', frameHead(BINARY, 2 ** 40 + 2 ** 31 + 1), '82 7f 00 00 01 00 80 00 00 01'],
  ['a close', frame(CLOSE, closePayload(1000, 'bye')), '88 05 03 e8 62 79 65'],
]

for (const [name, bytes, digits] of frames) {
  test(`${name} has the bytes of RFC 6455 5.2`, () => assert.deepEqual(bytes, hex(digits)))
}

/** The payload behind a head of `size` bytes that ends with the key. */
function unmasked(bytes: Buffer, size: number): Buffer {
  const key = bytes.subarray(size - 4, size)
  return Buffer.from(bytes.subarray(size).map((byte, index) => byte ^ key[index % 4]!))
}

const heads: Array<[length: number, digits: string]> = [
  [0, '82 80'],
  [5, '82 85'],
  [125, '82 fd'],
  [126, '82 fe 00 7e'],
  [65_535, '82 fe ff ff'],
  [65_536, '82 ff 00 00 00 00 00 01 00 00'],
]

for (const [length, digits] of heads) {
  const payload = Buffer.from(Array.from({ length }, (_, index) => index & 0xff))
  const head = hex(digits)

  test(`a masked frame of ${length} bytes can be unmasked with its key, and its payload is left alone`, () => {
    const given = Buffer.from(payload)
    const bytes = maskedFrame(BINARY, given)
    assert.deepEqual(given, payload)
    assert.deepEqual(bytes.subarray(0, head.length), head)
    assert.deepEqual(unmasked(bytes, head.length + 4), payload)
  })

  test(`a masked frame of ${length} bytes can be sent in pieces of any size`, () => {
    for (const size of [1, 2, 3, 5, 127, 128, 1021, 20_002]) {
      const masked = new MaskedFrame(BINARY, length)
      const sent = [masked.head]
      for (let at = 0; at < length; at += size) {
        const piece = Buffer.from(payload.subarray(at, at + size))
        const result = masked.mask(piece)
        assert.equal(result, piece)
        sent.push(Buffer.from(result))
      }
      const bytes = Buffer.concat(sent)
      assert.deepEqual(bytes.subarray(0, head.length), head)
      assert.deepEqual(unmasked(bytes, head.length + 4), payload)
    }
  })
}

test('a masked frame can be one of several', () => {
  assert.equal(maskedFrame(TEXT, hello, { fin: false })[0], 0x01)
  assert.equal(new MaskedFrame(CONTINUATION, 5, { fin: false }).head[0], 0x00)
  assert.equal(new MaskedFrame(CONTINUATION, 5).head[0], 0x80)
})

test('thousands of masked frames have thousands of keys', () => {
  const count = 5000
  const keys = Array.from({ length: count }, () => maskedFrame(TEXT, Buffer.alloc(0)).toString('hex', 2))
  // Among so many, two keys of 32 bits are now and then the same.
  assert.ok(new Set(keys).size > count - 10)
})

const closings: Array<[name: string, payload: Buffer, digits: string]> = [
  ['no code', closePayload(undefined, ''), ''],
  ['no code but a reason', closePayload(undefined, 'bye'), ''],
  ['a code', closePayload(1001, ''), '03 e9'],
  ['a code and a reason', closePayload(4000, 'bye'), '0f a0 62 79 65'],
  ['a reason in bytes', closePayload(1000, Buffer.from('é')), '03 e8 c3 a9'],
  ['a reason of 123 bytes', closePayload(1000, 'a'.repeat(123)), `03 e8 ${'61'.repeat(123)}`],
  ['a reason of 124 bytes', closePayload(1000, 'a'.repeat(124)), `03 e8 ${'61'.repeat(123)}`],
  [
    'a reason that ends with a character',
    closePayload(1000, `${'a'.repeat(121)}éb`),
    `03 e8 ${'61'.repeat(121)} c3 a9`,
  ],
  ['a reason cut in two bytes', closePayload(1000, `${'a'.repeat(122)}é`), `03 e8 ${'61'.repeat(122)}`],
  ['a reason cut in four bytes', closePayload(1000, `${'a'.repeat(120)}😀`), `03 e8 ${'61'.repeat(120)}`],
  ['a reason that is not UTF-8', closePayload(1000, hex('61 ff 62')), '03 e8 61 ef bf bd 62'],
  ['a reason of continuation bytes', closePayload(1000, hex('80'.repeat(200))), `03 e8 ${'efbfbd'.repeat(41)}`],
]

for (const [name, payload, digits] of closings) {
  test(`a close with ${name} is one that a peer can read`, () => assert.deepEqual(payload, hex(digits)))
}
