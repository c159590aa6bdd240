import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeParams } from '../../../proxy/cross-origin/query-params.ts'

const cases: readonly (readonly [target: string, values: readonly string[], rest: string])[] = [
  ['/', [], '/'],
  ['/?', [], '/'],
  ['/?x=1', [], '/?x=1'],
  ['/?a=1', ['a=1'], '/'],
  ['/?a', ['a='], '/'],
  ['/?a=1&', ['a=1'], '/'],
  ['/?a=1&&x', ['a=1'], '/?&x'],
  ['/p?x=%2f%zz&a=1&y=%41+c&=z&b=2&w', ['a=1', 'b=2'], '/p?x=%2f%zz&y=%41+c&=z&w'],
  ['/?a=1&a=2', ['a=1'], '/'],
  ['/?%61=1', ['a=1'], '/'],
  ['/?a=%2561+%zz%4', ['a=%61+%zz%4'], '/'],
  ['/?a=b=c', ['a=b=c'], '/'],
  ['/?a=%C3%A9', ['a=\xc3\xa9'], '/'],
  ['/?a=1?b=2', ['a=1?b=2'], '/'],
  ['/?aa=1&__proto__=2', [], '/?aa=1&__proto__=2'],
]

for (const [target, values, rest] of cases) {
  test(`of ${target} the rest is ${rest}`, () => {
    const taken = takeParams(target, new Set(['a', 'b']))
    assert.deepEqual(
      Array.from(taken.values, (pair) => pair.join('=')),
      values,
    )
    assert.equal(taken.target, rest)
  })
}
