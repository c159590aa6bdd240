import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FrameSplitter, joinFrames } from '../../../shared/link/frame-splitter.ts'

function splitter(): { frames: Buffer[]; push: (bytes: Buffer) => void } {
  const frames: Buffer[] = []
  const splitting = new FrameSplitter((frame) => void frames.push(frame))
  return { frames, push: (bytes) => splitting.push(bytes) }
}

test('each frame has its length before it, in four bytes', () => {
  const bytes = joinFrames([Buffer.from('abc'), Buffer.alloc(0), Buffer.from('x'.repeat(258))])
  assert.equal(bytes.toString('latin1'), `\0\0\0\x03abc\0\0\0\0\0\0\x01\x02${'x'.repeat(258)}`)
})

test('a frame that came whole is a view of what came, not a copy', () => {
  const { frames, push } = splitter()
  const bytes = Buffer.from('\0\0\0\x02ab\0\0\0\x01c')
  push(bytes)
  assert.deepEqual(frames.map(String), ['ab', 'c'])
  assert.equal(frames[0]?.buffer, bytes.buffer)
})

test('a frame is handed on with its last byte, and not before', () => {
  const { frames, push } = splitter()
  const bytes = Buffer.from('\0\0\0\x02ab')
  for (const byte of bytes.subarray(0, -1)) push(Buffer.of(byte))
  assert.equal(frames.length, 0)
  push(bytes.subarray(-1))
  assert.deepEqual(frames.map(String), ['ab'])
})

test('however the bytes are torn, every frame arrives once, whole and in its order', () => {
  const frame = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 60 })), (sent, sizes) => {
      const { frames, push } = splitter()
      let bytes = joinFrames(sent)
      for (const size of sizes) {
        push(bytes.subarray(0, size))
        bytes = bytes.subarray(size)
      }
      push(bytes)
      assert.deepEqual(frames, sent)
    }),
  )
})
