import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCallback } from '../../../proxy/cross-origin/callback.ts'

/** What libraries write. */
const used = [
  'cb',
  '$',
  'jQuery1124_1699999999999',
  'angular.callbacks._0',
  'ng_jsonp_callback_0',
  'dojo_request_script_callbacks.dojo_request_script0',
  'YUI.Env.JSONP.yui_3_18_1_1_1',
  'Request.JSONP.request_map.request_0',
  'a.b["c"][0]',
  `a['b-c.d'].e`,
  'window["D3DDFE2A-6E6D-47A7-8F3B-0A4A8E71A796"].getJsonpCallback("cb-0")',
  `window['PollDance']._getJsonpCallback("cb-12")`,
]

for (const callback of used) test(`${callback} is a callback`, () => assert.ok(isCallback(callback)))

const refused: readonly (readonly [callback: string, why: string])[] = [
  ['', 'nothing'],
  ['1a', 'no name'],
  ['.a', 'no name'],
  ['a.', 'no name after the dot'],
  ['a b', 'two words'],
  ['a;b', 'two statements'],
  ['a\nb', 'two lines'],
  ['a\n', 'a line break at the end'],
  ['a//', 'a comment'],
  ['a/**/', 'a comment'],
  ['alert(1)', 'a call with a number'],
  ['a()', 'a call without anything'],
  ['a("b")("c")', 'two calls'],
  ['a("b").c', 'something behind the call'],
  ['a("alert(1)")', 'code in the text of a call'],
  ['a("javascript:x")', 'a URL in the text of a call'],
  ['a["\\x41"]', 'an escape'],
  ['a["b\']', 'quotes that do not match'],
  ['a[b]', 'an expression between the brackets'],
  ['a[-1]', 'an expression between the brackets'],
  ['a["b"', 'brackets that do not end'],
  ['a=b', 'an assignment'],
  ['a`b`', 'a template'],
  ['<script>', 'a tag'],
  ['a\xe9', 'a letter whose bytes depend on the page'],
  ['%zz', 'no percent-encoding'],
  ['=>', 'no name'],
]

for (const [callback, why] of refused) {
  test(`${JSON.stringify(callback)} is no callback: ${why}`, () => assert.ok(!isCallback(callback)))
}

test('a long callback is read at once', () => {
  assert.ok(isCallback(`a${'.b'.repeat(8000)}`))
  assert.ok(!isCallback(`a${'["b"]'.repeat(3000)}(`))
})
