import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyFilters, knownFilters } from '../../../proxy/filter/apply-filters.ts'
import type { FilterContext, FilterResult } from '../../../proxy/filter/filter.ts'
import { filterContext, service } from './filter-context.ts'

const subMeta = { url: '/ask', user: 'alice', name: '%I', id_format: '%(a)s' }
const prevIds = new Map([['a', '7']])

test('only the names of filters count, in their order, as often as they are there', () => {
  const names = ['var-subst', 'unknown', 'skip-self', '', 'constructor', 'SKIP-SELF', 'var-subst']
  assert.deepEqual(knownFilters(names), ['var-subst', 'skip-self', 'var-subst'])
  const all = ['skip-self', 'skip-users', 'require-sub', 'build-id', 'var-subst', 'http-check', 'http-modify']
  assert.deepEqual(knownFilters(all), all)
})

test('without filters the content is the same buffer', () => {
  const content = Buffer.from('%I')
  for (const filters of [[], ['unknown'], ['skip-self', 'skip-users', 'require-sub']]) {
    const result = applyFilters(filters, filterContext(), content)
    assert.ok(!(result instanceof Promise) && result.action === 'send' && result.content === content)
  }
})

const chains: readonly (readonly [filters: string[], content: string, result: FilterResult])[] = [
  [['var-subst', 'build-id'], '%(name)s', send('7')],
  [['build-id', 'var-subst'], '%(%\\(name\\)s)I', send('%I')],
  [['var-subst', 'build-id'], '%%I', send('7')],
  [['build-id', 'build-id'], '%%I', send('7')],
  [['build-id', 'var-subst'], '%I %%(name)s', send('7 %I')],
  [['unknown', 'var-subst'], '%(user)s', send('alice')],
  [['skip-self', 'var-subst'], '%(missing)s', { action: 'drop' }],
  [
    ['var-subst', 'skip-self'],
    '%(missing)s',
    { action: 'error', message: "var-subst: No such variable 'missing' at position 10" },
  ],
  [['var-subst', 'build-id', 'skip-self'], '%(name)s', { action: 'drop' }],
]

for (const [filters, content, expected] of chains) {
  test(`${filters.join(', ')} on ${content}: ${expected.action}`, () => {
    const sender = filters.includes('skip-self') ? 'alice' : 'bob'
    const result = applyFilters(filters, filterContext({ subMeta, pubMeta: { sender }, prevIds }), Buffer.from(content))
    assert.deepEqual(result, expected)
  })
}

test('a service gets what the filters before it made, and those behind it get what it made', async () => {
  const { post, asked } = service(
    { body: Buffer.from('[%I]') },
    { code: 204 },
    { body: Buffer.from('\xff%(user)s', 'latin1') },
  )
  const filters = ['var-subst', 'http-modify', 'build-id', 'http-check', 'http-modify']
  const waiting = applyFilters(filters, context(post), Buffer.from('to %(user)s'))
  assert.ok(waiting instanceof Promise)
  assert.deepEqual(await waiting, { action: 'send', content: Buffer.from('\xff%(user)s', 'latin1') })
  assert.deepEqual(
    asked.map(({ body }) => body),
    ['to alice', '', '[7]'],
  )
})

test('what a service drops goes no further', async () => {
  const { post, asked } = service({ headers: ['Action', 'drop'] })
  assert.deepEqual(await applyFilters(['http-check', 'http-modify', 'var-subst'], context(post), Buffer.from('%')), {
    action: 'drop',
  })
  assert.equal(asked.length, 1)
})

test('an error behind a service is an error of the chain', async () => {
  const { post } = service({ body: Buffer.from('%') })
  assert.deepEqual(await applyFilters(['http-modify', 'var-subst'], context(post), Buffer.from('hi')), {
    action: 'error',
    message: "var-subst: Expected directive after '%' at position 0",
  })
})

test('an error before a service keeps it from being asked', () => {
  const { post, asked } = service({})
  const result = applyFilters(['var-subst', 'http-modify'], context(post), Buffer.from('%'))
  assert.deepEqual(result, { action: 'error', message: "var-subst: Expected directive after '%' at position 0" })
  assert.deepEqual(asked, [])
})

function context(post: FilterContext['post']): FilterContext {
  return filterContext({ subMeta, prevIds, post })
}

function send(content: string): FilterResult {
  return { action: 'send', content: Buffer.from(content) }
}
