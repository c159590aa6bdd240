import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandReader } from '../../../../proxy/doors/pushd/dialects/dialect.ts'
import { dialectOf } from '../../../../proxy/doors/pushd/dialects/dialect.ts'
import { LineReader } from '../../../../proxy/doors/pushd/dialects/line-reader.ts'
import { withoutSlack } from '../../../../proxy/doors/pushd/dialects/without-slack.ts'
import { p3 } from '../../../../proxy/doors/pushd/dialects/p3.ts'
import { p4 } from '../../../../proxy/doors/pushd/dialects/p4.ts'

const facts = { stampOf: () => 1n, channelOf: () => 'c' }
const P3 = p3(facts)
const P4 = p4(facts)
const MAX = 64

/** What is read of bytes, in words: name, first argument and rest between bars. */
function read(reader: CommandReader): string[] {
  const found: string[] = []
  for (;;) {
    const command = reader.next()
    if (command === undefined) return found
    if (typeof command === 'string') found.push(command)
    else found.push([command.name, command.first, command.rest?.toString('latin1')].join('|'))
    if (command === 'broken') return found
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** The same bytes in two pieces, cut anywhere, and byte by byte, mean the same. */
function assertReads(make: () => CommandReader, text: string, expected: readonly string[]): void {
  const bytes = bytesOf(text)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = make()
    reader.push(bytes.subarray(0, cut))
    const found = read(reader)
    reader.push(bytes.subarray(cut))
    assert.deepEqual([...found, ...read(reader)], expected, `cut at ${cut}`)
  }
  const reader = make()
  const found = Array.from(bytes, (byte) => {
    reader.push(Buffer.of(byte))
    return read(reader)
  })
  assert.deepEqual(found.flat(), expected)
}

const lines = (): CommandReader => new LineReader(MAX)

test('lines are split at their first two spaces, wherever the bytes are cut', () => {
  assertReads(lines, 'sub a\r\npub a  b c \n\n\r\nping\0\n sub\npub  x\nx y z\xff\0w\n', [
    'sub|a|',
    'pub|a| b c ',
    'ping||',
    '|sub|',
    'pub||x',
    'x|y|z\xff\0w',
  ])
})

test('a line that is too long is said to be so once, however it comes, and the next one is read', () => {
  assertReads(lines, `${'x'.repeat(MAX)}\nping\n`, [`${'x'.repeat(MAX)}||`, 'ping||'])
  assertReads(lines, `${'x'.repeat(MAX + 1)}\nping\n`, ['too long', 'ping||'])
  assertReads(lines, `${'x'.repeat(5 * MAX)}\n${'y'.repeat(2 * MAX)}\nping\n`, ['too long', 'too long', 'ping||'])
})

test('what has no line feed waits, until it is said to be whole', () => {
  const reader = new LineReader(MAX)
  assert.equal(reader.isWaiting, false)
  reader.push(bytesOf('ping\nsub a'))
  assert.deepEqual(read(reader), ['ping||'])
  assert.equal(reader.isWaiting, true)
  reader.flush()
  assert.deepEqual(read(reader), ['sub|a|'])
  assert.equal(reader.isWaiting, false)
  reader.flush()
  reader.push(bytesOf('pi'))
  assert.deepEqual(read(reader), [])
  reader.push(bytesOf('ng\n'))
  assert.deepEqual(read(reader), ['ping||'])
})

test('silence ends a line that is too long, too', () => {
  const reader = new LineReader(MAX)
  reader.push(bytesOf('x'.repeat(MAX + 1)))
  assert.deepEqual(read(reader), ['too long'])
  assert.equal(reader.isWaiting, true)
  reader.flush()
  assert.deepEqual(read(reader), [])
  reader.push(bytesOf('ping\n'))
  assert.deepEqual(read(reader), ['ping||'])
})

test('frames are read wherever they are cut', () => {
  assertReads(() => P3.reader(MAX), '\0\0\0\x04ping\0\0\0\x0cpub a b\nc \r\n\0\0\0\0\0\0\0\x05sub a', [
    'ping||',
    'pub|a|b\nc ',
    'sub|a|',
  ])
  const reader = P3.reader(MAX)
  reader.push(bytesOf('\0\0\0\x41'))
  assert.deepEqual(read(reader), ['broken'])
})

test('frames with names are read wherever they are cut', () => {
  assertReads(
    () => P4.reader(MAX),
    '\0\0\0\x08\0\0\0\x04ping\0\0\0\x10\0\0\0\x03pub\0\0\0\x05a b c\0\0\0\x0d\0\0\0\x03his\0\0\0\x02c ',
    ['ping||', 'pub|a|b c', 'his|c|'],
  )
})

for (const [what, text] of [
  ['a frame without a name', '\0\0\0\x04\0\0\0\0'],
  ['a frame without the length of a name', '\0\0\0\x03\0\0\0'],
  ['a name longer than the frame', '\0\0\0\x08\0\0\0\x05ping'],
  ['a name of 4 GiB', '\0\0\0\x08\xff\xff\xff\xffping'],
  ['half the length of a body', '\0\0\0\x0a\0\0\0\x04ping\0\0'],
  ['a body shorter than its length', '\0\0\0\x0d\0\0\0\x04ping\0\0\0\x02x'],
  ['a body longer than its length', '\0\0\0\x0e\0\0\0\x04ping\0\0\0\x01xy'],
  ['a frame of 4 GiB', '\xff\xff\xff\xff'],
] as const) {
  test(`${what} cannot be read`, () => {
    const reader = P4.reader(MAX)
    reader.push(bytesOf(text))
    assert.deepEqual(read(reader), ['broken'])
  })
}

test('dialects are told by the first bytes', () => {
  const text = P3
  const dialects = { text, p3: p3(facts), p4: P4 }
  assert.equal(dialectOf(bytesOf(''), dialects), undefined)
  assert.equal(dialectOf(bytesOf('s'), dialects), text)
  assert.equal(dialectOf(bytesOf('\0\0\0\x04'), dialects), undefined)
  assert.equal(dialectOf(bytesOf('\0\0\0\x04p'), dialects), dialects.p3)
  assert.equal(dialectOf(bytesOf('\0\0\0\x08\0'), dialects), P4)
})

test('the rest of a command does not keep the memory of all that came before it', () => {
  const all = Buffer.concat([bytesOf('ping\n'.repeat(10_000)), bytesOf('p')])
  const rest = all.subarray(-1)
  assert.equal(withoutSlack(rest).buffer.byteLength, 1)
  assert.deepEqual(withoutSlack(rest), rest)
  const most = all.subarray(5)
  assert.equal(withoutSlack(most), most)
})
