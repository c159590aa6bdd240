import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  type TnetInput,
  TnetstringError,
  type TnetValue,
  decodeTnetstring,
  encodeTnetstring,
} from '../../shared/tnetstring.ts'

/** Text instead of Buffers and ordinary objects, so that values compare with literals. */
function plain(value: TnetValue): unknown {
  if (Buffer.isBuffer(value)) return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, plain(element)]))
}

const pairs: Array<[bytes: string, value: TnetInput]> = [
  ['0:,', ''],
  ['6:gr\u00fc\u00df,', 'gr\u00fc\u00df'],
  ['1:0#', 0],
  ['3:-17#', -17],
  ['3:1.5^', 1.5],
  ['5:1e+21^', 1e21],
  ['4:true!', true],
  ['5:false!', false],
  ['0:~', null],
  ['0:]', []],
  ['0:}', {}],
  ['8:1:1#1:a,]', [1, 'a']],
  ['28:2:id,1:1,8:no-proxy,5:false!}', { id: '1', 'no-proxy': false }],
]

for (const [bytes, value] of pairs) {
  test(`${bytes} is ${JSON.stringify(value)}`, () => {
    assert.equal(encodeTnetstring(value).toString(), bytes)
    assert.deepEqual(plain(decodeTnetstring(Buffer.from(bytes))), value)
  })
}

test('a publish of 2012 decodes', () => {
  const bytes = Buffer.from(
    '92:7:channel,4:test,13:http-response,16:4:body,6:hello\n,}11:http-stream,19:7:content,6:hello\n,}}',
  )
  assert.deepEqual(plain(decodeTnetstring(bytes)), {
    channel: 'test',
    'http-response': { body: 'hello\n' },
    'http-stream': { content: 'hello\n' },
  })
})

test('a byte string is a view of the message, not a copy', () => {
  const bytes = Buffer.from('2:ab,')
  const value = decodeTnetstring(bytes)
  bytes[2] = 0x78
  assert.deepEqual(value, Buffer.from('xb'))
})

test('a dictionary key that names the prototype is an ordinary key, and the last duplicate wins', () => {
  const value = decodeTnetstring(Buffer.from('32:9:__proto__,1:a,9:__proto__,1:b,}'))
  assert.equal(Object.getPrototypeOf(value), null)
  assert.deepEqual(Object.entries(value ?? {}), [['__proto__', Buffer.from('b')]])
})

const malformed: Array<[bytes: string, message: RegExp]> = [
  ['', /not 1 to 9 digits \(byte 0\)/],
  ['x', /not 1 to 9 digits \(byte 0\)/],
  ['-1:,', /not 1 to 9 digits/],
  ['1000000000:a,', /not 1 to 9 digits/],
  ['01:a,', /leading zero \(byte 0\)/],
  ['1', /does not end with a colon \(byte 1\)/],
  ['1;a,', /does not end with a colon \(byte 1\)/],
  ['999999999:a,', /reaches past the end \(byte 0\)/],
  ['1:a', /reaches past the end/],
  ['4:2:a,]', /reaches past the end \(byte 2\)/],
  ['1:a?', /type is unknown \(byte 2\)/],
  ['1:a,b', /bytes after the value \(byte 4\)/],
  ['1:a#', /does not fit the type #/],
  ['0:#', /does not fit the type #/],
  ['16:9007199254740992#', /does not fit the type #/],
  ['3:0x1#', /does not fit the type #/],
  ['5:1.2.3^', /does not fit the type \^/],
  ['5:1e999^', /does not fit the type \^/],
  ['4:True!', /does not fit the type !/],
  ['1:a~', /does not fit the type ~/],
  ['8:1:a#1:b,}', /key is not a byte string \(byte 4\)/],
  ['4:1:a,}', /not 1 to 9 digits \(byte 6\)/],
]

for (const [bytes, message] of malformed) {
  test(`'${bytes}' is refused`, () => {
    assert.throws(() => decodeTnetstring(Buffer.from(bytes)), { name: 'TnetstringError', message })
  })
}

test('64 levels of nesting are taken and 65 are refused, both ways', () => {
  const nested = (levels: number): TnetInput => (levels === 0 ? [] : [nested(levels - 1)])
  const deepest = encodeTnetstring(nested(63))
  assert.deepEqual(encodeTnetstring(decodeTnetstring(deepest)), deepest)
  const tooDeep = Buffer.concat([Buffer.from(`${deepest.length}:`), deepest, Buffer.from(']')])
  assert.throws(() => decodeTnetstring(tooDeep), /nested deeper than 64/)
  assert.throws(() => encodeTnetstring(nested(64)), /nested deeper than 64/)
})

test('a number that is none, and a value that contains itself, are refused', () => {
  const circle: TnetInput[] = []
  circle.push(circle)
  assert.throws(() => encodeTnetstring(Number.NaN), TnetstringError)
  assert.throws(() => encodeTnetstring(circle), TnetstringError)
})

test('any value survives the round trip', () => {
  const { value } = fc.letrec<{ value: TnetInput }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
    ),
  }))
  fc.assert(fc.property(value, (value) => assert.deepEqual(plain(decodeTnetstring(encodeTnetstring(value))), value)))
})

test('any bytes survive the round trip', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (array) => {
      const bytes = Buffer.from(array)
      assert.deepEqual(decodeTnetstring(encodeTnetstring([bytes, bytes])), [bytes, bytes])
    }),
  )
})

test('arbitrary bytes decode or are refused, and nothing else happens', () => {
  const tnetLike = fc.string({ unit: fc.constantFrom(...Array.from('0123456789:,#^!~]}a')) })
  const bytes = fc.oneof(
    fc.uint8Array().map((array) => Buffer.from(array)),
    tnetLike.map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, (bytes) => {
      try {
        decodeTnetstring(bytes)
      } catch (error) {
        assert.ok(error instanceof TnetstringError)
      }
    }),
    { numRuns: 2000 },
  )
})
