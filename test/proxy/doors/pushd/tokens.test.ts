import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { ChannelNames } from '../../../../proxy/doors/pushd/state/channel-names.ts'
import { Sessions } from '../../../../proxy/doors/pushd/http/sessions.ts'
import { Tokens } from '../../../../proxy/doors/pushd/state/tokens.ts'

const JOE = { app: 'app', user: 'joe' }

test('a token is good once, for ten minutes', () => {
  let now = 0
  const tokens = new Tokens(() => now)
  const [first, second, third] = [tokens.issue(JOE), tokens.issue(JOE), tokens.issue(JOE)]
  assert.equal(new Set([first, second, third]).size, 3)
  assert.deepEqual(tokens.redeem(first), JOE)
  assert.equal(tokens.redeem(first), undefined)
  now = 599_999
  assert.deepEqual(tokens.redeem(second), JOE)
  now = 600_000
  assert.equal(tokens.redeem(third), undefined)
})

test('an application that has many tokens issued loses its own oldest ones, not those of another', () => {
  const tokens = new Tokens(() => 0)
  const other = tokens.issue({ app: 'other', user: '' })
  const oldest = tokens.issue(JOE)
  const next = tokens.issue(JOE)
  for (let i = 2; i <= 100_000; i++) tokens.issue(JOE)
  assert.equal(tokens.countOf('app'), 100_000)
  assert.equal(tokens.redeem(oldest), undefined)
  assert.deepEqual(tokens.redeem(next), JOE)
  assert.deepEqual(tokens.redeem(other), { app: 'other', user: '' })
})

test('a session over HTTP lasts while its requests follow each other, and a token begins only one', () => {
  let now = 0
  const tokens = new Tokens(() => now)
  const sessions = new Sessions(tokens, () => now)
  const token = tokens.issue(JOE)
  const ask = (authorization?: string, query = '') =>
    sessions.identityOf({ headers: { authorization } } as IncomingMessage, new URLSearchParams(query))
  assert.equal(ask(), 'none')
  assert.equal(ask('Bearer wrong'), undefined)
  for (let i = 0; i < 5; i++) {
    assert.deepEqual(ask(`bearer ${token}`), { ...JOE, role: 'client' })
    now += 599_999
    assert.deepEqual(ask(undefined, `token=${token}`), { ...JOE, role: 'client' })
  }
  assert.equal(tokens.redeem(token), undefined)
  now += 600_000
  assert.equal(ask(undefined, `token=${token}`), undefined)
})

test('channels of an application cannot be had from outside', () => {
  const apps = new Set(['app', 'app2'])
  const names = new ChannelNames('door:', apps)
  const refused = (name: string): boolean => typeof names.channelOf('', name) !== 'string'
  assert.equal(names.channelOf('app', 'x'), 'door:app/x')
  assert.equal(names.channelOf('app', 'app2/x'), 'door:app/app2/x')
  assert.equal(names.channelOf('', 'x/y'), 'door:x/y')
  assert.equal(names.channelOf('', 'app'), 'door:app')
  assert.deepEqual(
    ['app/', 'app/x', 'app2/x/y', 'a\u0000', 'a\n', '\u007f', '\uFFFD'].map(refused),
    Array.from({ length: 7 }, () => true),
  )
  assert.equal(names.nameOf('door:app/x/y'), 'x/y')
  assert.equal(names.nameOf('door:x/y'), 'x/y')
  assert.deepEqual(
    [names.isOf('', 'door:app/x'), names.isOf('app', 'door:app/x'), names.isOf('', 'door:x/y')],
    [false, true, true],
  )
})
