import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterUrl } from '../../../proxy/filter/filter-url.ts'

const cases: readonly (readonly [text: string, base: string, url: string | undefined])[] = [
  ['http://a/b', 'https://c/d', 'http://a/b'],
  ['/b?x=1', 'https://c:8443/d/e?f', 'https://c:8443/b?x=1'],
  ['b', 'http://c/d/e', 'http://c/d/b'],
  ['//a/b', 'wss://c/d', 'https://a/b'],
  ['/b', 'ws://c/d', 'http://c/b'],
  ['/b', 'wss://c:9000/d', 'https://c:9000/b'],
  ['ws://a/b', 'https://c/', 'http://a/b'],
  ['wss://a/b', 'ws://c/', 'https://a/b'],
  ['http://', 'http://c/', undefined],
  ['http://a b/', 'http://c/', undefined],
  ['file:///etc/passwd', 'http://c/', undefined],
  ['b', 'no base', undefined],
]

for (const [text, base, url] of cases) {
  test(`the filter url ${text} at ${base} is ${url}`, () => assert.equal(filterUrl(text, base)?.href, url))
}
