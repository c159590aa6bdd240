import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MessageOptions, publishMessage } from '../../../shared/cli/publish-message.ts'

const PLAIN: MessageOptions = { code: '200', header: [], meta: [], seq: true, eol: true }

function text(content: string): { bytes: Buffer; fromFile: boolean } {
  return { bytes: Buffer.from(content), fromFile: false }
}

test('text goes into all three formats, with a line end for HTTP only', () => {
  assert.deepEqual(publishMessage('c', text('hi'), PLAIN, 'json'), {
    channel: 'c',
    formats: {
      'http-response': { code: 200, body: 'hi\n' },
      'http-stream': { content: 'hi\n' },
      'ws-message': { content: 'hi' },
    },
  })
})

test('--no-eol adds no line end', () => {
  const { formats } = publishMessage('c', text('hi'), { ...PLAIN, eol: false }, 'json')
  assert.deepEqual(formats, {
    'http-response': { code: 200, body: 'hi' },
    'http-stream': { content: 'hi' },
    'ws-message': { content: 'hi' },
  })
})

test("a file's bytes are sent as they are, as base64 when JSON has no text for them", () => {
  const file = { bytes: Buffer.from([0, 255]), fromFile: true }
  assert.deepEqual(publishMessage('c', file, PLAIN, 'json')['formats'], {
    'http-response': { code: 200, 'body-bin': 'AP8=' },
    'http-stream': { 'content-bin': 'AP8=' },
    'ws-message': { 'content-bin': 'AP8=' },
  })
  assert.deepEqual(publishMessage('c', file, PLAIN, 'tnetstring')['formats'], {
    'http-response': { code: 200, body: file.bytes },
    'http-stream': { content: file.bytes },
    'ws-message': { 'content-bin': file.bytes },
  })
})

test('ids, meta values, headers and the status are in the item', () => {
  const options: MessageOptions = {
    ...PLAIN,
    id: '2',
    prevId: '1',
    sender: 'me',
    meta: ['k=v=w', 'empty='],
    header: ['A: b:c', 'A:d'],
    code: '404',
    seq: false,
  }
  const { formats, ...fields } = publishMessage('c', text(''), options, 'json')
  const meta = { k: 'v=w', empty: '', sender: 'me' }
  assert.deepEqual(fields, { channel: 'c', id: '2', 'prev-id': '1', 'no-seq': true, meta })
  const headers = [
    ['A', 'b:c'],
    ['A', 'd'],
  ]
  assert.deepEqual(formats, {
    'http-response': { code: 404, headers, body: '\n' },
    'http-stream': { content: '\n' },
    'ws-message': { content: '' },
  })
})

test('--hint and --close need no content', () => {
  assert.deepEqual(publishMessage('c', undefined, { ...PLAIN, hint: true }, 'json')['formats'], {
    'http-response': { action: 'hint' },
    'http-stream': { action: 'hint' },
    'ws-message': { action: 'hint' },
  })
  assert.deepEqual(publishMessage('c', undefined, { ...PLAIN, close: true }, 'json')['formats'], {
    'http-stream': { action: 'close' },
    'ws-message': { action: 'close' },
  })
})

test('--patch sends a patch for held responses and nothing else', () => {
  const patch = text('[{"op":"remove","path":"/a"}]')
  assert.deepEqual(publishMessage('c', patch, { ...PLAIN, patch: true }, 'json')['formats'], {
    'http-response': { code: 200, 'body-patch': [{ op: 'remove', path: '/a' }] },
  })
})

for (const [options, content, message] of [
  [{}, undefined, 'must specify content'],
  [{ code: '1000' }, text(''), 'code must be an integer between 0 and 999'],
  [{ code: '-1' }, text(''), 'code must be an integer between 0 and 999'],
  [{ code: '' }, text(''), 'code must be an integer between 0 and 999'],
  [{ header: ['A'] }, text(''), 'header must be in the form "name: value"'],
  [{ header: [': b'] }, text(''), 'header must be in the form "name: value"'],
  [{ meta: ['a'] }, text(''), 'meta must be in the form "name=value"'],
  [{ patch: true }, text('{}'), 'patch content must be a JSON array'],
  [{ patch: true }, text('['), 'patch content must be a JSON array'],
] as const) {
  test(`${JSON.stringify(options)}: ${message}`, () => {
    assert.throws(() => publishMessage('c', content, { ...PLAIN, ...options }, 'json'), { message })
  })
}
