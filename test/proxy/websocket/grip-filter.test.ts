import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameReader } from '../../../proxy/websocket/frames/frame-reader.ts'
import { GripFilter } from '../../../proxy/websocket/grip-filter.ts'
import { BINARY, CONTINUATION, frameBytes, PING, TEXT } from '../../support/websocket-frame.ts'
import type { FrameParts } from '../../support/websocket-frame.ts'
import { fromServer } from './frames/recording-sink.ts'
import { RecordingOwner } from './recording-owner.ts'

/** What becomes of the frames when their bytes come in pieces of this size. */
function filtered(prefix: string, frames: readonly FrameParts[], size: number): string[] {
  const sink = new RecordingOwner()
  const filter = new GripFilter(Buffer.from(prefix), sink)
  const reader = new FrameReader(filter, { ...fromServer, maxMessage: 1_000_000 })
  const bytes = Buffer.concat(frames.map(frameBytes))
  for (let at = 0; at < bytes.length; at += size) reader.push(Buffer.from(bytes.subarray(at, at + size)))
  return sink.calls
}

const first: FrameParts = { fin: false, opcode: TEXT }
const last: FrameParts = { opcode: CONTINUATION }

const cases: [what: string, prefix: string, frames: FrameParts[], calls: string[]][] = [
  ['a message', 'm:', [{ payload: 'm:hello' }], ['text 5', 'data hello', 'end']],
  ['binary data', 'm:', [{ opcode: BINARY, payload: 'm:x' }], ['binary 1', 'data x', 'end']],
  ['the prefix alone', 'm:', [{ payload: 'm:' }], ['text 0', 'end']],
  ['a control message', 'm:', [{ payload: 'c:{}' }], ['control message c:{}']],
  ['a control message of two bytes', 'm:', [{ payload: 'c:' }], ['control message c:']],
  ['what is binary is no control message', 'm:', [{ opcode: BINARY, payload: 'c:{}' }], ['dropped']],
  ['a message without prefix', 'm:', [{ payload: 'hello' }], ['dropped']],
  ['a message that is too short', 'm:', [{ payload: 'm' }], ['dropped']],
  ['an empty message', 'm:', [{ payload: '' }], ['dropped']],
  ['an empty message and an empty prefix', '', [{ payload: '' }], ['text 0', 'end']],
  [
    'no prefix, and a control message',
    '',
    [{ payload: 'c:{}' }, { payload: 'c' }],
    ['control message c:{}', 'text 1', 'data c', 'end'],
  ],
  [
    'a prefix like that of control messages',
    'c:',
    [{ payload: 'c:a' }, { opcode: BINARY, payload: 'c:b' }],
    ['control message c:a', 'binary 1', 'data b', 'end'],
  ],
  [
    'a long prefix',
    'message:',
    [{ payload: 'message:a' }, { payload: 'messag' }],
    ['text 1', 'data a', 'end', 'dropped'],
  ],
  ['a ping in between', 'm:', [{ opcode: PING, payload: 'm:' }], ["ping 'm:'"]],
  [
    'fragments',
    'm:',
    [
      { ...first, payload: 'm:a' },
      { ...last, fin: false, payload: 'm:' },
      { ...last, payload: '' },
    ],
    ['text 1 more', 'data a', 'end', 'continuation 2 more', 'data m:', 'end', 'continuation 0', 'end'],
  ],
  [
    'a prefix in two fragments',
    'm:',
    [
      { ...first, payload: 'm' },
      { ...last, payload: ':a' },
    ],
    ['dropped'],
  ],
  [
    'a control message in fragments',
    'm:',
    [
      { ...first, payload: 'c:{' },
      { ...last, payload: '}' },
    ],
    ['dropped'],
  ],
  [
    'a message after one that was dropped',
    'm:',
    [{ ...first, payload: 'x' }, { ...last, payload: 'm:y' }, { payload: 'm:z' }],
    ['dropped', 'text 1', 'data z', 'end'],
  ],
  [
    'a control message that is too long',
    'm:',
    [{ payload: `c:${'x'.repeat(65_535)}` }, { payload: 'm:z' }],
    ['dropped', 'text 1', 'data z', 'end'],
  ],
]

for (const [what, prefix, frames, calls] of cases) {
  test(what, () => {
    for (const size of [1, 2, 3, 100_000])
      assert.deepEqual(filtered(prefix, frames, size), calls, `in pieces of ${size}`)
  })
}
