import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloadReader } from '../../../proxy/doors/sockjs/payload.ts'
import { sentMessages } from '../../../proxy/doors/sockjs/sent-messages.ts'

test('an array of texts is what a client sends', () => {
  assert.deepEqual(sentMessages('["a","","\\u00e9\\ud83d\\ude42"]'), ['a', '', 'é🙂'])
  assert.deepEqual(sentMessages(' [ ] '), [])
})

for (const payload of ['', 'x', '"a"', '{}', '[1]', '["a",1]', '[["a"]]', '[null]', '["a"', 'null']) {
  test(`${JSON.stringify(payload)} is refused`, () => assert.equal(sentMessages(payload), 'Payload expected'))
}

test('a message may have 200,000 bytes', () => {
  assert.equal(sentMessages(JSON.stringify(['x'.repeat(200_000)])).length, 1)
  assert.equal(sentMessages(JSON.stringify(['a', 'x'.repeat(200_001)])), 'Message too large')
  assert.equal(sentMessages(JSON.stringify(['é'.repeat(100_001)])), 'Message too large')
})

const payloads: [name: string, body: string, query: string, payload: string][] = [
  ['xhr_send', '["a"]', '?d=no', '["a"]'],
  ['xhr_send', '["\xff"]', '', ''],
  ['jsonp_send', 'd=%5B%22a+%2B%22%5D&x=1', '?d=no', '["a +"]'],
  ['jsonp_send', '', '?t=1&d=%5B%22a%22%5D', '["a"]'],
  ['jsonp_send', 'x=1', '?d=no', ''],
  ['jsonp_send', '', '', ''],
]

for (const [name, body, query, payload] of payloads) {
  test(`${name} of ${JSON.stringify(body)} to ${JSON.stringify(query)}`, () => {
    assert.equal(payloadReader(name)?.(Buffer.from(body, 'latin1'), query), payload)
  })
}

test('nothing else sends', () => {
  for (const name of ['xhr', 'send', '']) assert.equal(payloadReader(name), undefined)
})
