import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ConfigError } from '../../../shared/config/config-error.ts'
import { parseIni } from '../../../shared/config/ini.ts'

const quote = (text: string) => `"${text.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`
const valueOf = (line: string) => parseIni(`[s]\n${line}`, 'f')[0]?.value

test('an entry knows its section, file and line', () => {
  assert.deepEqual(parseIni('\uFEFF# top\r\n[proxy] ; here\r\n\r\n  debug = true \r\n', 'a.conf'), [
    { section: 'proxy', key: 'debug', value: 'true', file: 'a.conf', line: 4 },
  ])
})

test('a line that starts with # or ; is a comment', () => {
  assert.deepEqual(parseIni('# a=1\n;b=2\n  # c=3\n[s]\n;[t]', 'f'), [])
})

test('an unquoted ; ends a value, a # does not', () => {
  assert.equal(valueOf('k=a ; b'), 'a')
  assert.equal(valueOf('k=a#b'), 'a#b')
})

test('quotes keep commas, semicolons and outer spaces', () => {
  assert.equal(valueOf('k= " a,b;c " '), ' a,b;c ')
  assert.equal(valueOf('k=a" ,"b'), 'a ,b')
  assert.equal(valueOf('k=""'), '')
})

test('escapes work with and without quotes', () => {
  assert.equal(valueOf(String.raw`k="\\ \" \n \t \x41\xe9"`), '\\ " \n \t A\u00e9')
  assert.equal(valueOf(String.raw`k=a\\b\x2c\x3B`), 'a\\b,;')
  assert.equal(valueOf(String.raw`k=\x20a\t`), ' a\t')
})

test('an unquoted comma makes a list of trimmed, non-empty elements', () => {
  assert.deepEqual(valueOf('k= a , ,"b, c",d d ,'), ['a', 'b, c', 'd d'])
  assert.deepEqual(valueOf('k=,'), [])
})

test('a value may contain = and may be empty', () => {
  assert.equal(valueOf('k=a=b'), 'a=b')
  assert.equal(valueOf('k='), '')
})

test('repeated keys are all reported, in order', () => {
  assert.deepEqual(
    parseIni('[s]\nk=1\nk=2', 'f').map((entry) => entry.value),
    ['1', '2'],
  )
})

test('a malformed line is refused with file and line', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['[s]\nnonsense', 'f:2: expected a key=value line, a [section] or a comment'],
    ['[s]\n=x', 'f:2: expected a key=value line, a [section] or a comment'],
    ['\nk=1', "f:2: the key 'k' stands before the first [section]"],
    ['[proxy', 'f:1: expected a section name between [ and ]'],
    ['[ ]', 'f:1: expected a section name between [ and ]'],
    ['[s] x', 'f:1: expected a section name between [ and ]'],
    ['[s]\nk="a', 'f:2: a double quote is not closed on this line'],
    ['[s]\nk=C:\\dir', "f:2: unknown escape '\\d': use \\\\ for a backslash, or \\\" \\n \\t \\xHH"],
    ['[s]\nk=a\\', "f:2: unknown escape '\\': use \\\\ for a backslash, or \\\" \\n \\t \\xHH"],
  ]
  for (const [text, message] of cases) assert.throws(() => parseIni(text, 'f'), new ConfigError(message))
})

test('any text is either read or refused with a line', () => {
  const piece = fc.oneof(fc.constantFrom('[s]', '\n', '=', '"', '\\', ',', ';', '#', ' ', '\\x'), fc.string())
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      try {
        parseIni(pieces.join(''), 'f')
      } catch (error) {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, /^f:\d+: /)
      }
    }),
  )
})

test('whatever is quoted and escaped comes back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(valueOf(`k = ${quote(text)} ; comment`), text)
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 2 }), (texts) => {
      assert.deepEqual(valueOf(`k=${texts.map(quote).join(' , ')}`), texts)
    }),
  )
})
