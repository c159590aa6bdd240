import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Permissions } from '../../../../proxy/doors/pusud/access/permissions.ts'
import { matchesChannel } from '../../../../proxy/doors/pusud/channel-pattern.ts'

const patterns: [pattern: string, channel: string, matches: boolean][] = [
  ['*', 'anything', true],
  ['a.*', 'a.b', true],
  ['a.*', 'a.', true],
  ['a.*', 'a', false],
  ['a.*', 'ba.b', false],
  // What follows the first star does not count.
  ['a.*.c', 'a.b', true],
  ['exact', 'exact', true],
  ['exact', 'exactly.this', false],
  ['', 'a', false],
]

for (const [pattern, channel, matches] of patterns) {
  test(`'${pattern}' is ${matches ? '' : 'not '}for '${channel}'`, () => {
    assert.equal(matchesChannel(pattern, channel), matches)
  })
}

const FOREVER = Number.POSITIVE_INFINITY

test('permissions add up, each for its own right', () => {
  const permissions = new Permissions()
  assert.equal(permissions.allow('read', 'a'), false)
  permissions.add({ read: ['a'], write: [], expires: FOREVER })
  permissions.add({ read: [], write: ['b'], expires: FOREVER })
  assert.deepEqual(
    (['read', 'write'] as const).map((right) => ['a', 'b'].map((channel) => permissions.allow(right, channel))),
    [
      [true, false],
      [false, true],
    ],
  )
})

test('a grant ends when it expires', () => {
  const permissions = new Permissions()
  permissions.add({ read: ['a'], write: [], expires: Date.now() - 1 })
  assert.equal(permissions.allow('read', 'a'), false)
  assert.equal(permissions.nextExpiry, FOREVER)
  const expires = Date.now() + 60_000
  permissions.add({ read: ['a'], write: [], expires })
  assert.equal(permissions.allow('read', 'a'), true)
  assert.equal(permissions.nextExpiry, expires)
})

test('eight grants count, the newest ones', () => {
  const permissions = new Permissions()
  const same = { read: ['same'], write: [], expires: FOREVER }
  for (let n = 0; n < 9; n++) permissions.add({ read: [`${n}`], write: [], expires: FOREVER })
  for (let n = 0; n < 3; n++) permissions.add(same)
  const readable = ['0', '1', '2', '8', 'same'].filter((channel) => permissions.allow('read', channel))
  assert.deepEqual(readable, ['2', '8', 'same'])
})
