import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { lastValue, RouteLineError, splitRouteLine } from '../../../proxy/choose/route-line.ts'

type Plain = [value: string, props: Record<string, readonly string[]>]

function split(line: string): Plain[] {
  return splitRouteLine(line).map(({ value, props }) => [value, Object.fromEntries(props)])
}

const readings: [line: string, sections: Plain[]][] = [
  ['', []],
  ['   ', []],
  ['# a comment', []],
  ['  #a', []],
  [
    '* test',
    [
      ['*', {}],
      ['test', {}],
    ],
  ],
  [
    '  a   b  ',
    [
      ['a', {}],
      ['b', {}],
    ],
  ],
  [
    'a\tb c',
    [
      ['a\tb', {}],
      ['c', {}],
    ],
  ],
  [
    'foo bar#baz qux',
    [
      ['foo', {}],
      ['bar', {}],
    ],
  ],
  [
    'foo bar #baz',
    [
      ['foo', {}],
      ['bar', {}],
    ],
  ],
  [
    '"foo#" bar',
    [
      ['foo#', {}],
      ['bar', {}],
    ],
  ],
  [
    'a,p="x, y" b',
    [
      ['a', { p: ['x, y'] }],
      ['b', {}],
    ],
  ],
  [
    'a,"p"=x b',
    [
      ['a', { p: ['x'] }],
      ['b', {}],
    ],
  ],
  [
    '"a"b"c" d',
    [
      ['abc', {}],
      ['d', {}],
    ],
  ],
  [
    String.raw`a,p="\\\"" b`,
    [
      ['a', { p: [String.raw`\"`] }],
      ['b', {}],
    ],
  ],
  [
    String.raw`a\b c`,
    [
      [String.raw`a\b`, {}],
      ['c', {}],
    ],
  ],
  [
    'path_beg=/x b',
    [
      ['', { path_beg: ['/x'] }],
      ['b', {}],
    ],
  ],
  [
    ',path_beg=/x b',
    [
      ['', { path_beg: ['/x'] }],
      ['b', {}],
    ],
  ],
  [
    '"a=b" c',
    [
      ['', { a: ['b'] }],
      ['c', {}],
    ],
  ],
  [
    'a,p=x=y b',
    [
      ['a', { p: ['x=y'] }],
      ['b', {}],
    ],
  ],
  [
    'a,p=1,p,p=2 b',
    [
      ['a', { p: ['1', '', '2'] }],
      ['b', {}],
    ],
  ],
  [
    '"" b',
    [
      ['', {}],
      ['b', {}],
    ],
  ],
  [
    'a,__proto__=x b',
    [
      ['a', Object.fromEntries([['__proto__', ['x']]])],
      ['b', {}],
    ],
  ],
]

for (const [line, sections] of readings) {
  test(`the line ${JSON.stringify(line)} is read`, () => assert.deepEqual(split(line), sections))
}

const refusals: [line: string, message: string][] = [
  ['"a', 'unterminated quoted section'],
  ['a b,c="x y', 'unterminated quoted section'],
  ['"a\\', 'unterminated escape sequence'],
  [String.raw`"\n" b`, 'unexpected escape character: n'],
  [String.raw`"\🙂" b`, 'unexpected escape character: 🙂'],
  ['apple,', 'expecting prop'],
  ['a,,b c', 'expecting prop'],
  ['a,"" c', 'expecting prop'],
  ['a,#b c', 'expecting prop'],
  ['a,=x c', 'empty prop name'],
  ['=x c', 'empty prop name'],
]

for (const [line, message] of refusals) {
  test(`the line ${JSON.stringify(line)} is refused: ${message}`, () => {
    assert.throws(() => splitRouteLine(line), new RouteLineError(message))
  })
}

test('of a repeated prop the last value counts', () => {
  const [section] = splitRouteLine('a,p=1,p=2')
  assert.ok(section)
  assert.equal(lastValue(section.props, 'p'), '2')
  assert.equal(lastValue(section.props, 'q'), undefined)
})

const noisyText = fc.string({ unit: fc.constantFrom('a', '=', ',', ' ', '"', '\\', '#', '\t', 'é', '🙂') })

test('no text makes the reader fail in another way than a refused line', () => {
  fc.assert(
    fc.property(fc.oneof(noisyText, fc.string({ unit: 'binary' })), (line) => {
      try {
        splitRouteLine(line)
      } catch (error) {
        assert.ok(error instanceof RouteLineError)
      }
    }),
  )
})

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`

test('whatever is written in quotes comes out as it was', () => {
  const withoutEquals = noisyText.map((text) => text.replaceAll('=', ''))
  const name = withoutEquals.filter((text) => text !== '')
  const section = fc.record({ value: withoutEquals, props: fc.array(fc.tuple(name, noisyText)) })
  fc.assert(
    fc.property(fc.array(section), (sections) => {
      const line = sections
        .map(({ value, props }) => [quote(value), ...props.map(([name, value]) => quote(`${name}=${value}`))].join(','))
        .join(' ')
      const read = splitRouteLine(line)
      assert.deepEqual(
        read.map(({ value }) => value),
        sections.map(({ value }) => value),
      )
      for (const [index, { props }] of sections.entries()) {
        for (const [name] of props) {
          const values = props.filter(([other]) => other === name).map(([, value]) => value)
          assert.deepEqual(read[index]?.props.get(name), values)
        }
      }
    }),
  )
})
