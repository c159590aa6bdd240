import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { FrameReader } from '../../../../proxy/websocket/frames/frame-reader.ts'
import type { FrameRules } from '../../../../proxy/websocket/frames/frame-rules.ts'
import { until } from '../../../support/until.ts'
import { fromClient, fromServer, hex, read, RecordingSink } from './recording-sink.ts'

const large: FrameRules = { ...fromServer, maxMessage: 1_000_000 }
const deflate: FrameRules = { ...fromServer, deflate: true }

const readings: Array<[name: string, rules: FrameRules, digits: string, calls: string[]]> = [
  // RFC 6455 5.7
  ['an unmasked text', fromServer, '81 05 48 65 6c 6c 6f', ['text 5', 'data Hello', 'end']],
  ['a masked text', fromClient, '81 85 37 fa 21 3d 7f 9f 4d 51 58', ['text 5', 'data Hello', 'end']],
  [
    'a fragmented text',
    fromServer,
    '01 03 48 65 6c 80 02 6c 6f',
    ['text 3 more', 'data Hel', 'end', 'continuation 2', 'data lo', 'end'],
  ],
  ['a ping', fromServer, '89 05 48 65 6c 6c 6f', ["ping 'Hello'"]],
  ['a masked pong', fromClient, '8a 85 37 fa 21 3d 7f 9f 4d 51 58', ["pong 'Hello'"]],
  ['256 bytes', fromServer, `82 7e 01 00 ${'61'.repeat(256)}`, ['binary 256', `data ${'a'.repeat(256)}`, 'end']],
  [
    '64 KiB',
    large,
    `82 7f 00 00 00 00 00 01 00 00 ${'61'.repeat(65536)}`,
    ['binary 65536', `data ${'a'.repeat(65536)}`, 'end'],
  ],
  [
    '64 KiB, masked',
    { ...large, masked: true },
    `82 ff 00 00 00 00 00 01 00 00 01 02 03 04 ${'60636265'.repeat(16384)}`,
    ['binary 65536', `data ${'a'.repeat(65536)}`, 'end'],
  ],
  // RFC 7692 7.2.3.1
  [
    'a compressed text',
    deflate,
    'c1 07 f2 48 cd c9 c9 07 00',
    ['text 7 compressed', 'data \xf2\x48\xcd\xc9\xc9\x07\x00', 'end'],
  ],
  [
    'a fragmented compressed text',
    deflate,
    '41 03 f2 48 cd 80 04 c9 c9 07 00',
    ['text 3 more compressed', 'data \xf2\x48\xcd', 'end', 'continuation 4', 'data \xc9\xc9\x07\x00', 'end'],
  ],
  ['an uncompressed text between compressed ones', deflate, '81 01 61', ['text 1', 'data a', 'end']],
  [
    'the longest short length',
    fromServer,
    `82 7d ${'61'.repeat(125)}`,
    ['binary 125', `data ${'a'.repeat(125)}`, 'end'],
  ],
  ['empty frames', fromServer, '81 00 02 00 80 00', ['text 0', 'end', 'binary 0 more', 'end', 'continuation 0', 'end']],
  ['an empty masked frame', fromClient, '82 80 01 02 03 04', ['binary 0', 'end']],
  ['a key of zeros', fromClient, '82 81 00 00 00 00 61', ['binary 1', 'data a', 'end']],
  ['an empty ping and pong', fromServer, '89 00 8a 00', ["ping ''", "pong ''"]],
  ['the longest control frame', fromServer, `89 7d ${'61'.repeat(125)}`, [`ping '${'a'.repeat(125)}'`]],
  [
    'a ping between the frames of a message',
    fromServer,
    '01 01 61 89 01 62 80 01 63',
    ['text 1 more', 'data a', 'end', "ping 'b'", 'continuation 1', 'data c', 'end'],
  ],
  [
    'a message as large as allowed, and another',
    { ...fromServer, maxMessage: 3 },
    '02 03 61 62 63 89 01 64 80 00 82 03 65 66 67',
    ['binary 3 more', 'data abc', 'end', "ping 'd'", 'continuation 0', 'end', 'binary 3', 'data efg', 'end'],
  ],
  [
    'a character cut by the end of a frame',
    fromServer,
    '01 02 e2 82 89 00 80 01 ac',
    ['text 2 more', 'data \xe2\x82', 'end', "ping ''", 'continuation 1', 'data \xac', 'end'],
  ],
  ['binary that is not UTF-8', fromServer, '82 01 ff', ['binary 1', 'data \xff', 'end']],
  ['a compressed text, whose bytes are not UTF-8', deflate, 'c1 01 ff', ['text 1 compressed', 'data \xff', 'end']],
  ['an empty close', fromServer, '88 00', ["close ''"]],
  ['a close with a code', fromServer, '88 02 03 e8', ["close '\x03\xe8'"]],
  ['a close with a reason', fromClient, '88 85 00 00 00 00 0f a0 62 79 65', ["close '\x0f\xa0bye'"]],
  ['a close between the frames of a message', fromServer, '01 00 88 00', ['text 0 more', 'end', "close ''"]],
  ['nothing after a close', fromServer, '88 00 81 01 61 ff ff', ["close ''"]],
]

for (const [name, rules, digits, calls] of readings) {
  test(`${name} is read, whole and byte by byte`, () => {
    const bytes = hex(digits)
    assert.deepEqual(read(rules, [bytes]), { calls })
    const single = Array.from(bytes, (byte) => Buffer.from([byte]))
    assert.deepEqual(read(rules, single), { calls })
  })
}

for (const code of [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999]) {
  test(`a close with the code ${code} is read`, () => {
    const payload = Buffer.from([code >> 8, code & 0xff])
    const bytes = Buffer.concat([hex('88 02'), payload])
    assert.deepEqual(read(fromServer, [bytes]), { calls: [`close '${payload.toString('latin1')}'`] })
  })
}

test('a large frame is handed on as it comes, in the memory in which it came', () => {
  const pieces: Buffer[] = []
  const sink = new RecordingSink()
  sink.data = (piece) => void pieces.push(piece)
  const reader = new FrameReader(sink, large)
  reader.push(hex('82 7f 00 00 00 00 00 09 27 c0'))
  const chunks = [Buffer.alloc(65_536, 'a'), Buffer.alloc(534_464, 'b')]
  for (const [index, chunk] of chunks.entries()) {
    reader.push(chunk)
    assert.equal(pieces.length, index + 1)
    assert.equal(pieces[index]?.buffer, chunk.buffer)
    assert.deepEqual(pieces[index], chunk)
  }
  assert.deepEqual(sink.calls, ['binary 600000', 'end'])
})

const threeFrames = '81 01 61 89 01 62 81 01 63'
const theirCalls = ['text 1', 'data a', 'end', "ping 'b'", 'text 1', 'data c', 'end']

test('after a pause in any call nothing more is said until the reader goes on', () => {
  for (let before = 1; before <= theirCalls.length; before++) {
    const sink = new RecordingSink()
    const reader = new FrameReader(sink, fromServer)
    sink.after = () => {
      if (sink.calls.length === before) reader.pause()
    }
    reader.push(hex(threeFrames))
    assert.equal(reader.paused, true)
    reader.push(hex('81'))
    reader.push(hex('00'))
    assert.deepEqual(sink.calls, theirCalls.slice(0, before))
    sink.after = () => {}
    reader.resume()
    assert.equal(reader.paused, false)
    assert.deepEqual(sink.calls, [...theirCalls, 'text 0', 'end'])
  }
})

test('a reader paused from outside, and again on the way, loses and turns round nothing', () => {
  const sink = new RecordingSink()
  const reader = new FrameReader(sink, fromServer)
  reader.pause()
  for (const byte of hex(threeFrames)) reader.push(Buffer.from([byte]))
  assert.deepEqual(sink.calls, [])
  sink.after = () => reader.pause()
  for (let said = 1; said <= theirCalls.length; said++) {
    reader.resume()
    assert.deepEqual(sink.calls, theirCalls.slice(0, said))
  }
})

test('a pause that ends within the same call is none', () => {
  const sink = new RecordingSink()
  const reader = new FrameReader(sink, fromServer)
  sink.after = () => {
    reader.pause()
    reader.resume()
  }
  reader.push(hex(threeFrames))
  assert.deepEqual(sink.calls, theirCalls)
})

test('what is pushed from within a call comes after what was there, also around a pause', () => {
  for (const around of [() => {}, (reader: FrameReader) => reader.pause()]) {
    const sink = new RecordingSink()
    const reader = new FrameReader(sink, fromServer)
    sink.after = () => {
      if (sink.calls.length !== 1) return
      around(reader)
      reader.push(hex('8a 00'))
      reader.resume()
    }
    reader.push(hex(threeFrames))
    assert.deepEqual(sink.calls, [...theirCalls, "pong ''"])
  }
})

test('a broken frame that was kept is found when the reader goes on', () => {
  const sink = new RecordingSink()
  const reader = new FrameReader(sink, fromServer)
  reader.pause()
  reader.push(hex('83 00'))
  assert.throws(() => reader.resume(), { name: 'FrameError', closeCode: 1002 })
})

test('after an error, a failing sink or a close, what comes is ignored, even when it was kept', () => {
  const endings: Array<[digits: string, sink: RecordingSink, calls: string[]]> = [
    ['83 00', new RecordingSink(), []],
    ['88 00', new RecordingSink(), ["close ''"]],
    ['8a 00', new RecordingSink(), ["pong ''"]],
  ]
  const failing = endings.at(-1)?.[1]
  assert.ok(failing)
  failing.after = () => {
    throw new Error('the sink fails')
  }
  for (const [digits, sink, calls] of endings) {
    const reader = new FrameReader(sink, fromServer)
    reader.pause()
    reader.push(hex(digits))
    reader.push(hex('81 00'))
    if (digits === '88 00') reader.resume()
    else assert.throws(() => reader.resume())
    reader.push(hex('81 00'))
    reader.pause()
    reader.push(hex('81 00'))
    reader.resume()
    assert.deepEqual(sink.calls, calls)
  }
})

test('a payload is unmasked at every length and every place in memory', () => {
  for (let length = 0; length <= 300; length++) {
    const plain = Buffer.from(Array.from({ length }, (_, index) => (index * 7) & 0xff))
    const key = [0x91, 0x02, 0xf3, 0x84]
    const masked = plain.map((byte, index) => byte ^ key[index % 4]!)
    const head = length < 126 ? [0x82, 0x80 | length] : [0x82, 0xfe, length >> 8, length & 0xff]
    const bytes = Buffer.concat([Buffer.from([...head, ...key]), masked])
    for (let offset = 0; offset < 4; offset++) {
      const room = Buffer.alloc(bytes.length + 8)
      const chunk = room.subarray(offset, offset + bytes.length)
      chunk.set(bytes)
      const sink = new RecordingSink()
      new FrameReader(sink, fromClient).push(chunk)
      const said = length === 0 ? [] : [`data ${plain.toString('latin1')}`]
      assert.deepEqual(sink.calls, [`binary ${length}`, ...said, 'end'])
      const around = [...room.subarray(0, offset), ...room.subarray(offset + bytes.length)]
      assert.ok(around.every((byte) => byte === 0))
    }
  }
})

test('a connection on which nothing comes keeps none of the memory in which bytes came', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const chunks: Array<WeakRef<ArrayBufferLike>> = []
  const give = (reader: FrameReader, end: string): void => {
    // Not from the pool, and with frames before what it ends with.
    const chunk = Buffer.allocUnsafeSlow(1000 + hex(end).length)
    chunk.fill(hex('8a 00')).set(hex(end), 1000)
    chunks.push(new WeakRef(chunk.buffer))
    reader.push(chunk)
  }
  const readers = ['', '81', '81 7e 01', '01 02 61 e2', '89 02 61', '88 00 61', '88 00'].map((end) => {
    const reader = new FrameReader(new RecordingSink(), fromServer)
    give(reader, end)
    return reader
  })
  // Paused for good by what was the last frame, and by an error.
  for (const last of ['88 00', '83 00']) {
    const sink = new RecordingSink()
    const reader = new FrameReader(sink, fromServer)
    reader.pause()
    reader.push(hex(last))
    give(reader, '')
    sink.after = () => reader.pause()
    if (last === '88 00') reader.resume()
    else assert.throws(() => reader.resume())
    readers.push(reader)
  }
  await until(
    () => {
      collectGarbage()
      return chunks.every((chunk) => chunk.deref() === undefined)
    },
    () => `the memory is free: ${chunks.map((chunk) => chunk.deref() === undefined).join()}`,
  )
  assert.equal(readers.length, chunks.length)
})

test('half a ping is held in memory of its own size', () => {
  const payloads: Buffer[] = []
  const sink = new RecordingSink()
  sink.control = (_, payload) => void payloads.push(payload)
  const reader = new FrameReader(sink, fromServer)
  reader.push(hex('89 03 61'))
  reader.push(hex('62'))
  reader.push(hex('63'))
  assert.deepEqual(payloads, [Buffer.from('abc')])
  assert.equal(payloads[0]?.buffer.byteLength, 3)
})
