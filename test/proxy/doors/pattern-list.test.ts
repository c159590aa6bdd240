import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesList } from '../../../proxy/doors/pattern-list.ts'

const cases: readonly (readonly [list: string, matching: readonly string[], others: readonly string[]])[] = [
  ['*', ['', 'a', 'text/html'], []],
  ['text/html', ['text/html'], ['text/html; charset=utf-8', 'Text/html', 'atext/html', '']],
  ['text/*,image/*', ['text/', 'text/html', 'image/png'], ['audio/x', ' image/png']],
  ['!text/html', [], ['text/html', 'text/plain']],
  ['!text/html,text/*', ['text/plain'], ['text/html', 'image/png']],
  ['text/*,!text/html', ['text/plain'], ['text/html']],
  ['a?c', ['abc', 'a?c'], ['ac', 'abbc']],
  ['*a*b', ['ab', 'aabb', 'xaxbxb'], ['aba', 'b', '']],
  ['a**b', ['ab', 'axb'], ['a']],
  ['', [''], ['a']],
  [',b', ['', 'b'], ['a']],
]

for (const [list, matching, others] of cases) {
  test(`'${list}' matches what it should and nothing else`, () => {
    for (const text of matching) assert.ok(matchesList(text, list), text)
    for (const text of others) assert.ok(!matchesList(text, list), text)
  })
}

test('a list with a pattern of 1023 characters or more matches nothing', () => {
  assert.ok(matchesList('a'.repeat(1022), 'a'.repeat(1022)))
  assert.ok(!matchesList('a'.repeat(1023), 'a'.repeat(1023)))
  assert.ok(!matchesList('x', `${'?'.repeat(1023)},x`))
})

test('no pattern makes more steps than text times pattern', () => {
  // Tried in every way there is, this one would not end in this life.
  assert.ok(!matchesList('a'.repeat(255), `${'*a'.repeat(500)}b`))
})
