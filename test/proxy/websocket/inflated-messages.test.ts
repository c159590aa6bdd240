import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameError } from '../../../proxy/websocket/frames/frame-error.ts'
import { FrameReader } from '../../../proxy/websocket/frames/frame-reader.ts'
import { deflateMessage } from '../../../proxy/websocket/frames/message-deflate.ts'
import { InflatedMessages } from '../../../proxy/websocket/inflated-messages.ts'
import { BINARY, CONTINUATION, frameBytes, PING, TEXT } from '../../support/websocket-frame.ts'
import type { FrameParts } from '../../support/websocket-frame.ts'
import { MASK } from '../../support/websocket-client.ts'
import { RecordingOwner } from './recording-owner.ts'

const LIMIT = 1000
const COMPRESSED = 4

function heard(...frames: readonly FrameParts[]): string[] {
  const owner = new RecordingOwner()
  const reader = new FrameReader(new InflatedMessages(owner, LIMIT), { masked: true, deflate: true, maxMessage: LIMIT })
  for (const frame of frames) reader.push(frameBytes({ mask: MASK, ...frame }))
  return owner.calls
}

function deflated(text: string | Buffer): Buffer {
  return deflateMessage(Buffer.from(text))
}

test('a compressed message is heard as one frame that is not', () => {
  assert.deepEqual(heard({ rsv: COMPRESSED, payload: deflated('hello') }), ['text 5', 'data hello', 'end'])
})

test('a compressed message in fragments is heard whole, and what stands between them at once', () => {
  const payload = deflated('hello hello hello')
  const frames = [
    { fin: false, opcode: BINARY, rsv: COMPRESSED, payload: payload.subarray(0, 3) },
    { opcode: PING, payload: 'p' },
    { fin: false, opcode: CONTINUATION },
    { opcode: CONTINUATION, payload: payload.subarray(3) },
  ]
  assert.deepEqual(heard(...frames), ["ping 'p'", 'binary 17', 'data hello hello hello', 'end'])
})

test('what is not compressed passes frame by frame, also behind what was', () => {
  const frames = [
    { rsv: COMPRESSED, payload: deflated('') },
    { fin: false, payload: 'a' },
    { opcode: CONTINUATION, payload: 'b' },
  ]
  const calls = ['text 0', 'end', 'text 1 more', 'data a', 'end', 'continuation 1', 'data b', 'end']
  assert.deepEqual(heard(...frames), calls)
})

const broken: [what: string, code: number, frame: FrameParts][] = [
  ['a message that grows beyond the limit', 1009, { payload: deflated('x'.repeat(LIMIT + 1)) }],
  ['a bomb', 1009, { opcode: BINARY, payload: deflated(Buffer.alloc(600_000)) }],
  ['what is not compressed at all', 1007, { payload: 'hello hello' }],
  ['a text that is no UTF-8', 1007, { opcode: TEXT, payload: deflated(Buffer.of(0xff)) }],
]

for (const [what, code, frame] of broken) {
  test(`${what} is refused with ${code}, and nothing of it is heard`, () => {
    const owner = new RecordingOwner()
    const reader = new FrameReader(new InflatedMessages(owner, LIMIT), {
      masked: true,
      deflate: true,
      maxMessage: LIMIT,
    })
    assert.throws(
      () => reader.push(frameBytes({ mask: MASK, rsv: COMPRESSED, ...frame })),
      (error) => error instanceof FrameError && error.closeCode === code,
    )
    assert.deepEqual(owner.calls, [])
  })
}

test('that the connection drains and ends is passed on', () => {
  const owner = new RecordingOwner()
  const messages = new InflatedMessages(owner, LIMIT)
  messages.drained()
  messages.closed()
  assert.deepEqual(owner.calls, ['drained', 'closed'])
})
