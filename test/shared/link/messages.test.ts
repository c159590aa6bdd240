import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage, encodeMessage, isItem } from '../../../shared/link/messages.ts'
import type { HandlerMessage, WorkerMessage } from '../../../shared/link/messages.ts'

const messages: (WorkerMessage | HandlerMessage)[] = [
  { type: 'hello', request: 1, worker: 0, pid: 17, channels: ['a', 'ü', '"', '\n'] },
  { type: 'subscribe', request: 2, channels: ['a'] },
  { type: 'unsubscribe', channels: [] },
  { type: 'forget', channels: ['a'] },
  { type: 'delivered', bytes: 12 },
  { type: 'alive', lag: 1.5, held: 2, counts: { requests_received: 5 } },
  { type: 'reply', request: 3, value: ['0-1:1'] },
  { type: 'subscribed', request: 2, lastIds: [['a', '1']], first: ['a'] },
  { type: 'command', request: 3, command: { method: 'conncheck', ids: ['0-1:1'] } },
  { type: 'recover' },
]

for (const message of messages) {
  test(`${message.type} arrives as it was said, and is not taken for an item`, () => {
    const frame = encodeMessage(message)
    assert.equal(isItem(frame), false)
    assert.deepEqual(decodeMessage(frame), message)
  })
}

for (const foreign of ['', 'hello', '[1]', 'I\0\0\0\0']) {
  test(`${JSON.stringify(foreign)} from a foreign process is refused`, () => {
    assert.throws(() => decodeMessage(Buffer.from(foreign)), { message: 'not a link message' })
  })
}
