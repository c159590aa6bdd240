import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callbackOf, withoutCallback } from '../../../proxy/doors/sockjs/callback.ts'

const named: [query: string, callback: string | undefined, rest: string][] = [
  ['?c=_jp.a1', '_jp.a1', ''],
  ['?t=1&c=cb&x=%20', 'cb', '?t=1&x=%20'],
  ['?callback=one&c=two', 'one', ''],
  ['?c=two&callback=one', 'one', ''],
  ['?c=%5Fjp.$-x', '_jp.$-x', ''],
  ['', undefined, ''],
  ['?', undefined, ''],
  ['?cc=x', undefined, '?cc=x'],
  ['?c=', undefined, ''],
  ['?callback=&c=x', undefined, ''],
  ['?c=%3Cscript%3E', undefined, ''],
  ['?c=a(1)', undefined, ''],
  ['?c=a%0Ab', undefined, ''],
  ['?c=a%0A', undefined, ''],
  ['?c=%C3%A9', undefined, ''],
  [`?c=${'a'.repeat(256)}`, 'a'.repeat(256), ''],
  [`?c=${'a'.repeat(257)}`, undefined, ''],
]

for (const [query, callback, rest] of named) {
  test(`of the query ${JSON.stringify(query.slice(0, 40))} the callback is ${callback?.slice(0, 10)}`, () => {
    assert.equal(callbackOf(query), callback)
    assert.equal(withoutCallback(query), rest)
  })
}
