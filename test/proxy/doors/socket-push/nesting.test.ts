import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNestedDeeper } from '../../../../proxy/doors/socket-push/nesting.ts'

const CASES: ReadonlyArray<readonly [json: string, levels: number, expected: boolean]> = [
  ['[[]]', 2, false],
  ['[[[]]]', 2, true],
  ['{"a":[{}]}', 2, true],
  ['{"a":[{}]}', 3, false],
  ['[[],[],[],[]]', 2, false],
  ['["[[[[[["]', 1, false],
  ['["\\"[[[["]', 1, false],
  ['["\\\\",[[]]]', 2, true],
]

for (const [json, levels, expected] of CASES) {
  test(`${json} has ${expected ? '' : 'not '}more than ${levels} levels`, () => {
    assert.equal(isNestedDeeper(json, levels), expected)
  })
}
