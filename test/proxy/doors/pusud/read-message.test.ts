import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMessage } from '../../../../proxy/doors/pusud/read-message.ts'

function read(text: string): object | undefined {
  const message = readMessage(Buffer.from(text))
  if (message === undefined) return undefined
  assert.equal(message.text, text)
  const { text: _text, ...fields } = message
  return fields
}

const EMPTY = { type: '', channel: '', authorization: '', content: undefined }

const messages: [text: string, fields: object | undefined][] = [
  ['{"type":"subscribe","channel":"a"}', { ...EMPTY, type: 'subscribe', channel: 'a' }],
  ['{"TYPE":"publish","cHannel":"a","Content":null}', { ...EMPTY, type: 'publish', channel: 'a', content: null }],
  ['{"type":"x","channel":[],"authorization":5,"other":1}', { ...EMPTY, type: 'x' }],
  ['{}', EMPTY],
  // Of two equal keys everybody takes the last one.
  ['{"channel":"a","channel":"b"}', { ...EMPTY, channel: 'b' }],
  // Of two that differ in their case some take the one, some the other.
  ['{"channel":"a","CHANNEL":"b"}', undefined],
  ['{"Type":"publish","type":"hello"}', undefined],
  ['{"__proto__":{"type":"publish"}}', EMPTY],
  ['[]', undefined],
  ['null', undefined],
  ['"text"', undefined],
  ['{"type":"a"', undefined],
  ['{"type":"a"} {}', undefined],
  ['\u{feff}{"type":"a"}', undefined],
  ['', undefined],
]

for (const [text, fields] of messages) {
  test(`${JSON.stringify(text)} is ${fields === undefined ? 'no message' : 'read'}`, () => {
    assert.deepEqual(read(text), fields)
  })
}

test('bytes that are not UTF-8 are no message', () => {
  assert.equal(readMessage(Buffer.from('{"type":"\xff"}', 'latin1')), undefined)
})
