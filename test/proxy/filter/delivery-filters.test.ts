import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyFilters } from '../../../proxy/filter/apply-filters.ts'
import { filterContext } from './filter-context.ts'

type Meta = Record<string, string>

function actionOf(filter: string, subMeta: Meta, pubMeta: Meta, channels: readonly string[] = []): string {
  const prevIds = new Map(channels.map((channel) => [channel, undefined]))
  const result = applyFilters([filter], filterContext({ subMeta, pubMeta, prevIds }), Buffer.from('hi'))
  assert.ok(!(result instanceof Promise))
  return result.action
}

const senders: readonly (readonly [what: string, subMeta: Meta, pubMeta: Meta, action: string])[] = [
  ['who sent it', { user: 'alice' }, { sender: 'alice' }, 'drop'],
  ['somebody else', { user: 'bob' }, { sender: 'alice' }, 'send'],
  ['somebody with the name in capitals', { user: 'Alice' }, { sender: 'alice' }, 'send'],
  ['nobody in particular', {}, { sender: 'alice' }, 'send'],
  ['somebody when the sender is not said', { user: 'alice' }, {}, 'send'],
  ['the user without a name when the sender has none either', { user: '' }, { sender: '' }, 'send'],
  ['nobody in particular when the sender is not said', {}, {}, 'send'],
]

for (const [what, subMeta, pubMeta, action] of senders) {
  test(`skip-self: ${what}: ${action}`, () => assert.equal(actionOf('skip-self', subMeta, pubMeta), action))
}

const skipped: readonly (readonly [what: string, subMeta: Meta, pubMeta: Meta, action: string])[] = [
  ['the only one named', { user: 'alice' }, { skip_users: 'alice' }, 'drop'],
  ['one of several', { user: 'bob' }, { skip_users: 'alice,bob,carol' }, 'drop'],
  ['one with spaces around', { user: 'bob' }, { skip_users: 'alice , bob\t, ,carol' }, 'drop'],
  ['one with a space within', { user: 'b ob' }, { skip_users: 'b ob' }, 'drop'],
  ['one with an umlaut', { user: 'jürgen' }, { skip_users: 'bob,jürgen' }, 'drop'],
  ['one not named', { user: 'dave' }, { skip_users: 'alice,bob' }, 'send'],
  ['one whose name is part of a name', { user: 'bo' }, { skip_users: 'bob,bo b' }, 'send'],
  ['the user without a name', { user: '' }, { skip_users: ',' }, 'send'],
  ['nobody in particular', {}, { skip_users: '' }, 'send'],
  ['an item that names nobody', { user: 'alice' }, {}, 'send'],
]

for (const [what, subMeta, pubMeta, action] of skipped) {
  test(`skip-users: ${what}: ${action}`, () => assert.equal(actionOf('skip-users', subMeta, pubMeta), action))
}

test('skip-users: a list counts for its item only', () => {
  const first = { skip_users: 'alice' }
  const second = { skip_users: 'bob' }
  for (const [user, pubMeta, action] of [
    ['alice', first, 'drop'],
    ['bob', first, 'send'],
    ['alice', second, 'send'],
    ['bob', second, 'drop'],
    ['alice', first, 'drop'],
  ] as const) {
    assert.equal(actionOf('skip-users', { user }, pubMeta), action)
  }
})

const required: readonly (readonly [what: string, channels: string[], pubMeta: Meta, action: string])[] = [
  ['a connection that has the channel', ['a', 'b'], { require_sub: 'b' }, 'send'],
  ['one that has not', ['a', 'b'], { require_sub: 'c' }, 'drop'],
  ['one that has one of a longer name', ['bc'], { require_sub: 'b' }, 'drop'],
  ['an item that requires nothing', ['a'], {}, 'send'],
  ['an item that requires an empty name', ['a'], { require_sub: '' }, 'send'],
]

for (const [what, channels, pubMeta, action] of required) {
  test(`require-sub: ${what}: ${action}`, () => assert.equal(actionOf('require-sub', {}, pubMeta, channels), action))
}
