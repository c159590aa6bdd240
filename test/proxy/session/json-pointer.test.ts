import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolvePointer } from '../../../proxy/session/json-pointer.ts'

const document = JSON.parse(
  '{"sid":"s","":{"":"empty"},"a/b":1,"m~n":2,"list":["x",{"sid":"in list"}],"nothing":null,"__proto__":"own"}',
) as unknown

const cases: [pointer: string, value: unknown][] = [
  ['', document],
  ['/sid', 's'],
  ['/', { '': 'empty' }],
  ['//', 'empty'],
  ['/a~1b', 1],
  ['/m~0n', 2],
  ['/list/0', 'x'],
  ['/list/1/sid', 'in list'],
  ['/__proto__', 'own'],
  ['/nothing', null],
  ['sid', undefined],
  ['/other', undefined],
  ['/sid/0', undefined],
  ['/nothing/x', undefined],
  ['/list/2', undefined],
  ['/list/00', undefined],
  ['/list/-', undefined],
  ['/list/length', undefined],
  ['/list/__proto__', undefined],
  ['/constructor/name', undefined],
]

for (const [pointer, value] of cases) {
  test(`the pointer '${pointer}'`, () => assert.deepEqual(resolvePointer(document, pointer), value))
}
