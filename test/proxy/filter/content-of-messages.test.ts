import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyFilters } from '../../../proxy/filter/apply-filters.ts'
import type { FilterContext } from '../../../proxy/filter/filter.ts'
import { filterContext } from './filter-context.ts'

/** The content, one character per byte, or the error, which names its filter. */
function filtered(filter: string, content: string, given: Partial<FilterContext>): string {
  const result = applyFilters([filter], filterContext(given), Buffer.from(content, 'latin1'))
  assert.ok(!(result instanceof Promise))
  if (result.action === 'send') return result.content.toString('latin1')
  if (result.action === 'drop') return 'dropped'
  assert.ok(result.message.startsWith(`${filter}: `), result.message)
  return `error: ${result.message.slice(filter.length + 2)}`
}

const subMeta = { name: 'alice', empty: '', 'a)b': 'odd', größe: '5 €', '\xff': 'latin' }

const substituted: readonly (readonly [content: string, result: string])[] = [
  ['Hello %(name)s!', 'Hello alice!'],
  ['%(name)s%(name)s', 'alicealice'],
  ['[%(empty)s]', '[]'],
  ['%(a\\)b)s', 'odd'],
  ['%(gr\xc3\xb6\xc3\x9fe)s', '5 \xe2\x82\xac'],
  ['\xff%(\xff)s\xfe', '\xfflatin\xfe'],
  ['100%% of \x00\xff', '100% of \x00\xff'],
  ['', ''],
  ['%(other)s', "error: No such variable 'other' at position 8"],
  ['%(constructor)s', "error: No such variable 'constructor' at position 14"],
  ['%(__proto__)s', "error: No such variable '__proto__' at position 12"],
  ['%(gr\xc3\xb6)s', "error: No such variable 'grö' at position 7"],
  ['%s', "error: Directive 's' requires argument at position 1"],
  ['a%()s', "error: Directive 's' requires argument at position 4"],
  ['%(name)I', "error: Unknown directive 'I' at position 7"],
  ['100% sure', "error: Unknown directive '\\x20' at position 4"],
  ['%(name', 'error: Unterminated field starting at position 1'],
]

for (const [content, result] of substituted) {
  test(`var-subst: ${JSON.stringify(content)} becomes ${JSON.stringify(result)}`, () => {
    assert.equal(filtered('var-subst', content, { subMeta }), result)
  })
}

test('var-subst: metadata without a prototype, as the parsers make it', () => {
  const bare = Object.assign(Object.create(null), { name: 'bob' })
  assert.equal(filtered('var-subst', '%(name)s', { subMeta: bare }), 'bob')
})

const prevIds = new Map([
  ['a', '1'],
  ['b', 'x-é'],
  ['c)d', '3'],
  ['empty', ''],
  ['none', undefined],
])

const built: readonly (readonly [what: string, subMeta: Record<string, string>, content: string, result: string])[] = [
  ['the last id of a channel', { id_format: '%(a)s' }, 'id: %I\n', 'id: 1\n'],
  ['several channels', { id_format: '%(a)s,%(b)s;%(c\\)d)s' }, '%I', '1,x-\xc3\xa9;3'],
  ['a percent sign in the format', { id_format: '%%(a)s' }, '%I', '%(a)s'],
  ['a format without channels', { id_format: 'größe' }, '%I', 'gr\xc3\xb6\xc3\x9fe'],
  ['an empty format', { id_format: '' }, '[%I]', '[]'],
  ['an empty id', { id_format: '%(empty)s' }, '[%I]', '[]'],
  ['another id in the content', { id_format: '%(a)s' }, '%(x\\)\xff)I and %I', 'x)\xff and 1'],
  ['empty parentheses', { id_format: '%(a)s' }, '%()I', '1'],
  ['a content without ids', { id_format: '%(a)s' }, '\x00\xff', '\x00\xff'],
  ['hex', { id_format: '%(b)s', id_encoding: 'hex' }, 'id: %I', 'id: 782dc3a9'],
  ['hex of another id', { id_format: '%(a)s', id_encoding: 'hex' }, '%(\xff\x00)I', 'ff00'],
  ['no format', {}, 'x', "error: no sub meta 'id_format'"],
  ['another encoding', { id_format: '', id_encoding: 'base64' }, 'x', 'error: unsupported encoding: base64'],
  ['hex in capitals', { id_format: '', id_encoding: 'HEX' }, 'x', 'error: unsupported encoding: HEX'],
  ['an empty encoding', { id_format: '', id_encoding: '' }, 'x', 'error: unsupported encoding: '],
  [
    'a channel that is not subscribed',
    { id_format: 'a%(d)s' },
    'x',
    "error: failed to render ID: No such variable 'd' at position 5",
  ],
  [
    'a channel without last id',
    { id_format: '%(none)s' },
    'x',
    "error: failed to render ID: No such variable 'none' at position 7",
  ],
  [
    'a format with another directive',
    { id_format: '%I' },
    'x',
    "error: failed to render ID: Unknown directive 'I' at position 1",
  ],
  [
    'a format without argument',
    { id_format: '%s' },
    'x',
    "error: failed to render ID: Directive 's' requires argument at position 1",
  ],
  [
    'a format that ends early',
    { id_format: '%' },
    'x',
    "error: failed to render ID: Expected directive after '%' at position 0",
  ],
  ['another directive in the content', { id_format: '' }, 'ab%(a)s', "error: Unknown directive 's' at position 6"],
]

for (const [what, meta, content, result] of built) {
  test(`build-id: ${what}`, () => assert.equal(filtered('build-id', content, { subMeta: meta, prevIds }), result))
}

test('build-id: without channels there is no id, but another one can be named', () => {
  const given = { subMeta: { id_format: '%(a)s' } }
  assert.equal(filtered('build-id', '%(x)I', given), 'x')
  assert.equal(filtered('build-id', 'ab%I', given), 'error: No ID specified and no default ID in context at position 3')
})
