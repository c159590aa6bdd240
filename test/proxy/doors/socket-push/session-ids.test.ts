import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SessionIds } from '../../../../proxy/doors/socket-push/session-ids.ts'
import { until } from '../../../support/until.ts'

test('a user has one session id, and an id one user', () => {
  const ids = new SessionIds(0)
  ids.set(1, 'a')
  ids.set(1, 'b')
  assert.equal(ids.userOf('a'), undefined)
  assert.equal(ids.userOf('b'), 1)
  ids.set(2, 'b')
  ids.remove(1)
  assert.equal(ids.userOf('b'), 2)
  ids.set(2, 'b')
  assert.equal(ids.userOf('b'), 2)
})

test('a session id is forgotten when its time is up', async () => {
  const ids = new SessionIds(20)
  ids.set(1, 'a')
  assert.equal(ids.userOf('a'), 1)
  await until(() => ids.userOf('a') === undefined, 'the end of the id')
})

test('beyond a million users the oldest session id is forgotten', () => {
  const ids = new SessionIds(0)
  for (let user = 0; user <= 1_000_000; user++) ids.set(user, `s${user}`)
  assert.equal(ids.userOf('s0'), undefined)
  assert.equal(ids.userOf('s1'), 1)
  assert.equal(ids.userOf('s1000000'), 1_000_000)
})

test('the session ids themselves are not kept', () => {
  const ids = new SessionIds(0)
  ids.set(1, 'secret')
  assert.doesNotMatch(inspect(ids, { showHidden: true, depth: 10 }), /secret/)
})
