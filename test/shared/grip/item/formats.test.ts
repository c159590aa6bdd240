import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHttpResponse } from '../../../../shared/grip/item/http-response.ts'
import { parseHttpStream } from '../../../../shared/grip/item/http-stream.ts'
import { parseWsMessage } from '../../../../shared/grip/item/ws-message.ts'

const parsers = { 'http-response': parseHttpResponse, 'http-stream': parseHttpStream, 'ws-message': parseWsMessage }
type Name = keyof typeof parsers
const names: readonly Name[] = ['http-response', 'http-stream', 'ws-message']

const parsed: Array<[name: Name, format: object, fields: Record<string, unknown>]> = [
  ['http-response', { code: '200', body: '' }, { code: 200, reason: 'OK', body: Buffer.alloc(0) }],
  ['http-response', { code: 404.0, body: 'x' }, { code: 404, reason: 'Not Found' }],
  ['http-response', { code: 299, body: 'x' }, { code: 299, reason: '' }],
  ['http-response', { code: 299, reason: 'Fine', body: 'x' }, { reason: 'Fine' }],
  ['http-response', { body: 'x', 'body-bin': 'AP8=' }, { body: Buffer.from([0, 255]) }],
  ['http-response', { 'body-bin': 'A!P 8=' }, { body: Buffer.from([0, 255]) }],
  ['http-response', { body: 'x', 'body-patch': [1] }, { bodyPatch: undefined }],
  ['http-response', { 'body-patch': [{ op: 'test' }] }, { body: undefined, bodyPatch: [{ op: 'test' }] }],
  [
    'http-response',
    {
      body: '',
      headers: [
        ['A', 'b'],
        ['A', 'c'],
      ],
    },
    {
      headers: [
        ['A', 'b'],
        ['A', 'c'],
      ],
    },
  ],
  ['http-response', { body: '', headers: { A: '\u00fc' } }, { headers: [['A', '\u00c3\u00bc']] }],
  ['http-stream', { content: '\u00fc' }, { content: Buffer.from([0xc3, 0xbc]) }],
  ['http-stream', { content: 'x', 'content-bin': 'AP8=' }, { content: Buffer.from([0, 255]) }],
  ['http-stream', { content: 'x', 'content-filters': [] }, { contentFilters: [] }],
  ['http-stream', { content: 'x', 'content-filters': ['build-id'] }, { contentFilters: ['build-id'] }],
  ['ws-message', { content: 'x' }, { type: 'text', content: Buffer.from('x') }],
  ['ws-message', { 'content-bin': 'AP8=', content: 'x' }, { type: 'binary', content: Buffer.from([0, 255]) }],
  ['ws-message', { type: 'text', 'content-bin': 'eA==' }, { type: 'text', content: Buffer.from('x') }],
  ['ws-message', { type: 'ping' }, { type: 'ping', content: Buffer.alloc(0) }],
  ['ws-message', { type: 'ping', content: 'x'.repeat(125) }, { type: 'ping', content: Buffer.alloc(125, 'x') }],
  ['ws-message', { type: 'pong', content: 'x' }, { type: 'pong', content: Buffer.from('x') }],
  ['ws-message', { action: 'close' }, { code: undefined, reason: '' }],
  ['ws-message', { action: 'close', code: 0, reason: 'bye' }, { code: undefined, reason: 'bye' }],
]

for (const [name, format, fields] of parsed) {
  test(`${name} ${JSON.stringify(format)} gives ${JSON.stringify(fields)}`, () => {
    const result: object = parsers[name](format, 'json')
    assert.deepEqual({ ...result, ...fields }, result)
  })
}

test('actions other than send need no content', () => {
  for (const name of names) {
    for (const action of ['hint', 'refresh']) assert.deepEqual(parsers[name]({ action, code: [] }, 'json'), { action })
  }
  assert.deepEqual(parseHttpResponse({ action: 'close' }, 'json'), { action: 'close' })
})

test('in tnetstrings bodies are bytes, a patch holds texts, and only ws-message has content-bin', () => {
  const bytes = Buffer.from([0, 255])
  assert.equal(parseHttpStream({ content: bytes, 'content-bin': 5 }, 'tnetstring').action, 'send')
  assert.deepEqual(parseWsMessage({ 'content-bin': bytes }, 'tnetstring'), {
    action: 'send',
    type: 'binary',
    content: bytes,
    contentFilters: undefined,
  })
  const patch = [{ op: Buffer.from('add'), value: [1, Buffer.from('x')] }]
  const result = parseHttpResponse({ code: Buffer.from('202'), 'body-patch': patch }, 'tnetstring')
  assert.ok(result.action === 'send')
  assert.deepEqual([result.code, result.bodyPatch], [202, [{ op: 'add', value: [1, 'x'] }]])
})

const invalidHeader = "'A' with invalid value"
const refused: Array<[name: Name, format: unknown, message: string]> = [
  ['http-response', 'x', "'http-response' is not an object"],
  ['http-response', { action: 'other' }, ''],
  ['http-response', { action: 1 }, "'http-response' contains 'action' with wrong type"],
  ['http-response', {}, "'http-response' does not contain 'body', 'body-bin', or 'body-patch'"],
  ['http-response', { code: true }, "'http-response' contains 'code' with wrong type"],
  ['http-response', { code: 'x' }, "'http-response' contains 'code' with wrong type"],
  ['http-response', { code: 1000 }, "'http-response' contains 'code' with invalid value"],
  ['http-response', { code: '-1' }, "'http-response' contains 'code' with invalid value"],
  ['http-response', { reason: 1 }, "'http-response' contains 'reason' with wrong type"],
  ['http-response', { reason: 'a\r\nB: c' }, "'http-response' contains 'reason' with invalid value"],
  ['http-response', { headers: 'x' }, "'http-response' contains 'headers' with wrong type"],
  ['http-response', { headers: { A: 1 } }, "headers contains 'A' with wrong type"],
  ['http-response', { headers: ['A'] }, 'headers contains element with wrong type'],
  ['http-response', { headers: [['A']] }, 'headers contains list with wrong number of elements'],
  ['http-response', { headers: [[1, 'b']] }, 'header contains name element with wrong type'],
  ['http-response', { headers: [['A', 1]] }, 'header contains value element with wrong type'],
  ['http-response', { headers: { 'A\r\nB': 'c' } }, 'headers contains element with invalid name'],
  ['http-response', { headers: [['', 'c']] }, 'headers contains element with invalid name'],
  ['http-response', { headers: { A: 'b\r\nC: d' } }, `headers contains ${invalidHeader}`],
  ['http-response', { headers: { A: 'b\n' } }, `headers contains ${invalidHeader}`],
  ['http-response', { headers: { A: '\0' } }, `headers contains ${invalidHeader}`],
  ['http-response', { body: 1 }, "'http-response' contains 'body' with wrong type"],
  ['http-response', { 'body-bin': 1, body: '' }, "'http-response' contains 'body-bin' with wrong type"],
  ['http-response', { 'body-patch': {} }, "'http-response' contains 'body-patch' with wrong type"],
  ['http-response', { body: '', 'content-filters': 1 }, "'http-response' contains 'content-filters' with wrong type"],
  ['http-stream', {}, "'http-stream' does not contain 'content' or 'content-bin'"],
  ['http-stream', { content: 'x', 'content-filters': [1] }, 'content-filters contains element with wrong type'],
  ['ws-message', {}, "'ws-message' does not contain 'content' or 'content-bin'"],
  ['ws-message', { type: 'other' }, "'ws-message' contains 'type' with unknown value"],
  ['ws-message', { type: 1 }, "'ws-message' contains 'type' with wrong type"],
  ['ws-message', { type: 'ping', content: 'x'.repeat(126) }, "'ws-message' contains 'content' with invalid value"],
  [
    'ws-message',
    { type: 'pong', 'content-bin': 'A'.repeat(168) },
    "'ws-message' contains 'content-bin' with invalid value",
  ],
  ['ws-message', { action: 'close', code: -1 }, "'ws-message' contains 'code' with invalid value"],
  ['ws-message', { action: 'close', code: 65_536 }, "'ws-message' contains 'code' with invalid value"],
  ['ws-message', { action: 'close', reason: 1 }, "'ws-message' contains 'reason' with wrong type"],
]

for (const [name, format, message] of refused) {
  test(`${name} ${JSON.stringify(format)} is refused`, () => {
    assert.throws(() => parsers[name](format, 'json'), { name: 'ItemError', message })
  })
}

test('a patch nested without end is refused', () => {
  const patch: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))
  assert.throws(() => parseHttpResponse({ 'body-patch': patch }, 'json'), {
    message: "'http-response' contains 'body-patch' with invalid value",
  })
})

test('the messages for tnetstrings do not name fields that only JSON has', () => {
  assert.throws(() => parseHttpResponse({ 'body-bin': Buffer.from('x') }, 'tnetstring'), {
    message: "'http-response' does not contain 'body' or 'body-patch'",
  })
  assert.throws(() => parseHttpStream({ 'content-bin': Buffer.from('x') }, 'tnetstring'), {
    message: "'http-stream' does not contain 'content'",
  })
})
