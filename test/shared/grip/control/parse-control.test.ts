import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWebSocketControlMessage } from '@fanoutio/grip'
import * as fc from 'fast-check'
import { ControlError } from '../../../../shared/grip/control/control-error.ts'
import type { ControlMessage } from '../../../../shared/grip/control/control-message.ts'
import { parseControl } from '../../../../shared/grip/control/parse-control.ts'

const accepted: Array<[json: string, message: ControlMessage]> = [
  ['{"type":"subscribe","channel":"room"}', { type: 'subscribe', channel: 'room', filters: [] }],
  [
    '{"type":"subscribe","channel":"gr\u00fcn","filters":["skip-self","x"]}',
    { type: 'subscribe', channel: 'gr\u00fcn', filters: ['skip-self', 'x'] },
  ],
  ['{"type":"unsubscribe","channel":"room"}', { type: 'unsubscribe', channel: 'room' }],
  ['{"type":"detach"}', { type: 'detach' }],
  ['{"type":"session","id":"s1"}', { type: 'session', id: 's1' }],
  ['{"type":"session"}', { type: 'session', id: undefined }],
  ['{"type":"set-meta","name":"user","value":"bob"}', { type: 'set-meta', name: 'user', value: 'bob' }],
  ['{"type":"set-meta","name":"user","value":""}', { type: 'set-meta', name: 'user', value: '' }],
  ['{"type":"set-meta","name":"user"}', { type: 'set-meta', name: 'user', value: undefined }],
  ['{"type":"flush-delayed"}', { type: 'flush-delayed' }],
  [' {"type": "detach", "channel": 5, "other": null} ', { type: 'detach' }],
]

for (const [json, message] of accepted) {
  test(`a backend's ${json} is understood`, () => {
    assert.deepEqual(parseControl(json), message)
    assert.deepEqual(parseControl(Buffer.from(json)), message)
  })
}

function keepAlive(fields: object): ControlMessage {
  return parseControl(JSON.stringify({ type: 'keep-alive', ...fields }))
}

function sendDelayed(fields: object): ControlMessage {
  return parseControl(JSON.stringify({ type: 'send-delayed', ...fields }))
}

test('a keep-alive is a text after 55 idle seconds unless the backend says otherwise', () => {
  const content = Buffer.from('hi')
  const byDefault = { type: 'keep-alive', messageType: 'text', content, timeout: 55, mode: 'idle' }
  assert.deepEqual(keepAlive({ content: 'hi' }), byDefault)
  assert.deepEqual(keepAlive({ content: 'hi', timeout: 0, mode: 'idle' }), byDefault)
  assert.deepEqual(keepAlive({ content: 'hi', mode: 'sometimes' }), byDefault)
  assert.deepEqual(keepAlive({ content: 'hi', 'message-type': 'ping', timeout: 7, mode: 'interval' }), {
    type: 'keep-alive',
    messageType: 'ping',
    content,
    timeout: 7,
    mode: 'interval',
  })
})

test('a delayed message is a text after one second unless the backend says otherwise', () => {
  const content = Buffer.from('hi')
  const byDefault = { type: 'send-delayed', messageType: 'text', content, timeout: 1 }
  assert.deepEqual(sendDelayed({ content: 'hi' }), byDefault)
  assert.deepEqual(sendDelayed({ content: 'hi', timeout: 0, mode: 5 }), byDefault)
  assert.deepEqual(sendDelayed({ 'content-bin': 'AP8=', 'message-type': 'binary', timeout: '9' }), {
    type: 'send-delayed',
    messageType: 'binary',
    content: Buffer.from([0, 255]),
    timeout: 9,
  })
})

for (const type of ['text', 'binary', 'ping', 'pong']) {
  test(`a backend may choose to send a ${type}`, () => {
    const parsed = [keepAlive({ 'message-type': type }), sendDelayed({ 'message-type': type })]
    assert.deepEqual(
      parsed.map((message) => 'messageType' in message && message.messageType),
      [type, type],
    )
  })
}

test('base64 content wins over text, stays a text message, and may have characters that do not belong there', () => {
  for (const read of [keepAlive, sendDelayed]) {
    const message = read({ 'content-bin': 'aG\nk!=', content: 'not this' })
    assert.ok('content' in message)
    assert.deepEqual([message.messageType, message.content], ['text', Buffer.from('hi')])
  }
})

test('a keep-alive with empty content is sent, one without any is turned off', () => {
  const off = { type: 'keep-alive', messageType: 'text', content: undefined, timeout: 55, mode: 'idle' }
  assert.deepEqual(keepAlive({}), off)
  assert.deepEqual(keepAlive({ content: '' }), { ...off, content: Buffer.alloc(0) })
  assert.deepEqual(keepAlive({ 'content-bin': '' }), { ...off, content: Buffer.alloc(0) })
})

test('without content nobody looks at the timeout', () => {
  assert.deepEqual(keepAlive({ timeout: -5 }), keepAlive({}))
  assert.deepEqual(keepAlive({ timeout: [] }), keepAlive({}))
  assert.deepEqual(sendDelayed({ timeout: -5 }), sendDelayed({ content: '' }))
})

test('timeouts are rounded, may be numeric texts, and stay below what timers can count', () => {
  const timeouts = [1.4, 0.4, -0.4, '12', 9_007_199_254_740_991].map((timeout) => {
    const message = keepAlive({ content: '', timeout })
    return 'timeout' in message && message.timeout
  })
  assert.deepEqual(timeouts, [1, 55, 55, 12, 2_147_483])
})

test('a ping or pong may have the 125 bytes that fit into its frame', () => {
  const message = keepAlive({ content: 'x'.repeat(125), 'message-type': 'pong' })
  assert.equal('content' in message && message.content?.length, 125)
})

const owner = 'grip control object'
const refused: Array<[json: string, problem: string]> = [
  ['', 'grip control message is not JSON'],
  ['{', 'grip control message is not JSON'],
  ['\ufeff{"type":"detach"}', 'grip control message is not JSON'],
  ['null', 'grip control message is not an object'],
  ['"detach"', 'grip control message is not an object'],
  ['[{"type":"detach"}]', 'grip control message is not an object'],
  ['{}', `${owner} does not contain 'type'`],
  ['{"__proto__":{"type":"detach"}}', `${owner} does not contain 'type'`],
  ['{"type":null}', `${owner} contains 'type' with wrong type`],
  ['{"type":"Detach"}', "'type' contains unknown value: Detach"],
  ['{"type":""}', "'type' contains unknown value: "],
  ['{"type":"constructor"}', "'type' contains unknown value: constructor"],
  ['{"type":"subscribe"}', `${owner} does not contain 'channel'`],
  ['{"type":"subscribe","channel":""}', `${owner} contains 'channel' with invalid value`],
  ['{"type":"subscribe","channel":7}', `${owner} contains 'channel' with wrong type`],
  ['{"type":"subscribe","channel":"a","filters":"b"}', `${owner} contains 'filters' with wrong type`],
  ['{"type":"subscribe","channel":"a","filters":[1]}', 'filters contains value with wrong type'],
  ['{"type":"unsubscribe"}', `${owner} does not contain 'channel'`],
  ['{"type":"unsubscribe","channel":""}', `${owner} contains 'channel' with invalid value`],
  ['{"type":"session","id":null}', `${owner} contains 'id' with wrong type`],
  ['{"type":"set-meta"}', `${owner} does not contain 'name'`],
  ['{"type":"set-meta","name":""}', `${owner} contains 'name' with invalid value`],
  ['{"type":"set-meta","name":"a","value":1}', `${owner} contains 'value' with wrong type`],
  ['{"type":"keep-alive","message-type":"close"}', `${owner} contains 'message-type' with unknown value`],
  ['{"type":"keep-alive","message-type":""}', `${owner} contains 'message-type' with unknown value`],
  ['{"type":"keep-alive","message-type":1}', `${owner} contains 'message-type' with wrong type`],
  ['{"type":"keep-alive","mode":1}', `${owner} contains 'mode' with wrong type`],
  ['{"type":"keep-alive","content":null}', `${owner} contains 'content' with wrong type`],
  ['{"type":"keep-alive","content-bin":1,"content":""}', `${owner} contains 'content-bin' with wrong type`],
  ['{"type":"keep-alive","content":"","timeout":-1}', `${owner} contains 'timeout' with invalid value`],
  ['{"type":"keep-alive","content":"","timeout":"-1"}', `${owner} contains 'timeout' with invalid value`],
  ['{"type":"keep-alive","content":"","timeout":"soon"}', `${owner} contains 'timeout' with wrong type`],
  ['{"type":"keep-alive","content":"","timeout":null}', `${owner} contains 'timeout' with wrong type`],
  ['{"type":"keep-alive","content":"","timeout":1e400}', `${owner} contains 'timeout' with wrong type`],
  ['{"type":"send-delayed","content":"","timeout":-1}', `${owner} contains 'timeout' with invalid value`],
  ['{"type":"send-delayed","message-type":"x"}', `${owner} contains 'message-type' with unknown value`],
  [
    `{"type":"send-delayed","message-type":"ping","content":"${'x'.repeat(126)}"}`,
    `${owner} contains 'content' with invalid value`,
  ],
  [
    `{"type":"keep-alive","message-type":"pong","content-bin":"${'A'.repeat(168)}"}`,
    `${owner} contains 'content-bin' with invalid value`,
  ],
]

for (const [json, message] of refused) {
  test(`the operator reads why ${JSON.stringify(json).slice(0, 80)} was ignored`, () => {
    assert.throws(() => parseControl(json), { name: 'ControlError', message })
    assert.throws(() => parseControl(Buffer.from(json)), { name: 'ControlError', message })
  })
}

test('a control message that is not UTF-8 is ignored', () => {
  const bytes = Buffer.from('{"type":"subscribe","channel":"\xff"}', 'latin1')
  assert.throws(() => parseControl(bytes), { name: 'ControlError', message: 'grip control message is not UTF-8' })
})

test('what the client library writes is understood', () => {
  const json = createWebSocketControlMessage('subscribe', { channel: 'room' })
  assert.deepEqual(parseControl(json), { type: 'subscribe', channel: 'room', filters: [] })
  assert.deepEqual(parseControl(createWebSocketControlMessage('detach')), { type: 'detach' })
})

/** Returns normally or throws ControlError; anything else fails the property. */
function isHarmless(json: Buffer | string): void {
  try {
    parseControl(json)
  } catch (error) {
    assert.ok(error instanceof ControlError, String(error))
  }
}

const types = ['subscribe', 'unsubscribe', 'detach', 'session', 'set-meta', 'keep-alive', 'send-delayed', 'x']
const names = ['channel', 'filters', 'id', 'name', 'value', 'message-type', 'content', 'content-bin', 'timeout', 'mode']

test('no bytes and no fields do more harm than to be ignored', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => isHarmless(Buffer.from(bytes))),
    { numRuns: 500 },
  )
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', 'text', 'ping', '5', -1, 0, 1e21))
  const fields = fc.dictionary(fc.constantFrom(...names), value)
  fc.assert(
    fc.property(fc.constantFrom(...types), fields, (type, others) => isHarmless(JSON.stringify({ ...others, type }))),
    { numRuns: 2000 },
  )
  isHarmless('['.repeat(1_000_000))
})

test('every field that a message may have comes through as it was written', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 })
  fc.assert(
    fc.property(text, fc.array(text), fc.uint8Array(), fc.integer({ min: 1, max: 2_147_483 }), (a, list, bytes, n) => {
      const filters = { type: 'subscribe', channel: a, filters: list }
      assert.deepEqual(parseControl(JSON.stringify(filters)), filters)
      const meta = { type: 'set-meta', name: a, value: list.join('') }
      assert.deepEqual(parseControl(JSON.stringify(meta)), meta)
      const content = Buffer.from(bytes)
      assert.deepEqual(sendDelayed({ 'content-bin': content.toString('base64'), timeout: n }), {
        type: 'send-delayed',
        messageType: 'text',
        content,
        timeout: n,
      })
    }),
  )
})
