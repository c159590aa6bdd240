import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeCstring } from '../../../../shared/grip/instruct/cstring.ts'

const cases: Array<[text: string, decoded: string | undefined]> = [
  [String.raw`event: keep-alive\ndata: \n\n`, 'event: keep-alive\ndata: \n\n'],
  [String.raw`\\\r\n\t`, '\\\r\n\t'],
  [String.raw`\x41\xfF`, 'A\u00ff'],
  [String.raw`a\qb`, 'ab'],
  [String.raw`\xg0`, undefined],
  [String.raw`\x4`, undefined],
  ['a\\', undefined],
]

const escapes: Readonly<Record<string, string>> = { '\r': 'r', '\n': 'n', '\t': 't' }

for (const [text, decoded] of cases) {
  test(`the escaped text ${text} is ${JSON.stringify(decoded)}`, () => assert.equal(decodeCstring(text), decoded))
}

function escape(text: string): string {
  return text.replaceAll(/[\\\r\n\t]/g, (character) => `\\${escapes[character] ?? character}`)
}

test('any escaped text decodes to what it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\\', '\r', '\n', '\t', 'x', 'n') }), (text) => {
      assert.equal(decodeCstring(escape(text)), text)
    }),
  )
})
