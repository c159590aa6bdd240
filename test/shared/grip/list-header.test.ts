import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listElements } from '../../../shared/grip/list-header.ts'

const cases: Array<[value: string, elements: ReturnType<typeof listElements>]> = [
  ['', []],
  [' , ', []],
  ['a', [{ first: 'a', params: [] }]],
  [
    'a, b',
    [
      { first: 'a', params: [] },
      { first: 'b', params: [] },
    ],
  ],
  [
    'a ; Prev-Id = 1 ;x',
    [
      {
        first: 'a',
        params: [
          ['Prev-Id', '1'],
          ['x', ''],
        ],
      },
    ],
  ],
  ['a; x="1,2;3"', [{ first: 'a', params: [['x', '1,2;3']] }]],
  [String.raw`a; x="\"\\\n"`, [{ first: 'a', params: [['x', String.raw`"\n`]] }]],
  ['a; x="1" junk', [{ first: 'a', params: [['x', '1']] }]],
  ['"a,b";x=1', [{ first: '"a,b"', params: [['x', '1']] }]],
  ['a, b; x="1, c', [{ first: 'a', params: [] }]],
  [String.raw`a; x="1\"`, []],
]

for (const [value, elements] of cases) {
  test(`a list header [${value}] has ${elements.length} elements`, () => {
    assert.deepEqual(listElements([['Grip-Channel', value]], 'grip-channel'), elements)
  })
}

test('headers of the same name add up, in any case', () => {
  const headers = [
    ['GRIP-CHANNEL', 'a'],
    ['Other', 'x'],
    ['grip-channel', 'b,c'],
  ] as const
  assert.deepEqual(
    listElements(headers, 'grip-channel').map(({ first }) => first),
    ['a', 'b', 'c'],
  )
})

test('bytes that are UTF-8 are read as such, others as Latin-1', () => {
  const headers = [
    ['X', 'gr\u00c3\u00bcn'],
    ['X', 'gr\u00fcn'],
  ] as const
  assert.deepEqual(
    listElements(headers, 'x').map(({ first }) => first),
    ['gr\u00fcn', 'gr\u00fcn'],
  )
})

test('a hostile header takes time in proportion to its length', { timeout: 5000 }, () => {
  for (const piece of ['"', '\\"', '",', ';=', '"\\\\', ' ;', 'a="b";', '=" ']) {
    listElements([['X', piece.repeat(200_000)]], 'x')
  }
})
