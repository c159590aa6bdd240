import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gathered } from '../../../proxy/websocket/gathered.ts'

test('pieces become one, which does not change when the next begins', () => {
  const gathered = new Gathered()
  for (const piece of ['a', '', 'bc', 'defghij']) gathered.add(Buffer.from(piece))
  const first = gathered.take()
  gathered.add(Buffer.from('XYZ'))
  assert.equal(first.toString(), 'abcdefghij')
  assert.equal(gathered.take().toString(), 'XYZ')
  assert.equal(gathered.take().length, 0)
})

test('a piece may be changed by whoever it came from', () => {
  const gathered = new Gathered()
  const piece = Buffer.from('abc')
  gathered.add(piece)
  piece.fill('x')
  assert.equal(gathered.take().toString(), 'abc')
})

test('a million pieces of a byte take little more than a megabyte', () => {
  const gathered = new Gathered()
  const chunk = Buffer.alloc(1_000_000, 'x')
  for (let at = 0; at < chunk.length; at++) gathered.add(chunk.subarray(at, at + 1))
  const whole = gathered.take()
  assert.deepEqual(whole, chunk)
  assert.ok(whole.buffer.byteLength < 2_200_000, `${whole.buffer.byteLength} bytes are kept`)
})
