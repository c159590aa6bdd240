// GRIP 3.9 and 4.7: for whom a message is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { RawClient } from '../support/raw-client.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, jsonInstruct, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  routes: ['prefix.example,prefix=pre- BACKEND'],
})

async function open(channels: string, headers: readonly string[], channel: string, count = 1): Promise<RawClient> {
  backend.answer(stream(channels, headers))
  return holdOn(gateway, channel, get('/'), count)
}

test('skip-self: a stream does not get what its own user has published', async () => {
  const alice = await open('self; filter=skip-self', ['Grip-Set-Meta: user=alice'], 'self')
  const bob = await open('self; filter=skip-self', ['Grip-Set-Meta: user=bob'], 'self', 2)
  const anyone = await open('self; filter=skip-self', [], 'self', 3)
  const unfiltered = await open('self', ['Grip-Set-Meta: user=alice'], 'self', 4)
  await gateway.publish([
    chunk('self', 'alice,', { meta: { sender: 'alice' } }),
    chunk('self', 'Alice,', { meta: { sender: 'Alice' } }),
    chunk('self', 'empty,', { meta: { sender: '' } }),
    chunk('self', 'bob,', { meta: { sender: 'bob' } }),
    chunk('self', 'end'),
  ])
  await streamed(alice, 'Alice,empty,bob,end')
  await streamed(bob, 'alice,Alice,empty,end')
  await streamed(anyone, 'alice,Alice,empty,bob,end')
  await streamed(unfiltered, 'alice,Alice,empty,bob,end')
  for (const client of [alice, bob, anyone, unfiltered]) client.abort()
})

test('skip-self: a long poll goes on waiting', async () => {
  backend.answer(longPoll('poll; filter=skip-self', ['Grip-Set-Meta: user=alice']))
  const client = await holdOn(gateway, 'poll')
  await gateway.publish([reply('poll', 'own', { meta: { sender: 'alice' } }), reply('poll', 'hello')])
  assert.equal((await client.response()).body, 'hello')
  client.abort()
})

test('skip-users: a message names users who do not get it', async () => {
  const alice = await open('users; filter=skip-users', ['Grip-Set-Meta: user=alice'], 'users')
  const bob = await open('users; filter=skip-users', ['Grip-Set-Meta: user=bob'], 'users', 2)
  const anyone = await open('users; filter=skip-users', [], 'users', 3)
  await gateway.publish([
    chunk('users', '1,', { meta: { skip_users: 'alice' } }),
    chunk('users', '2,', { meta: { skip_users: ' carol ,bob,alice' } }),
    chunk('users', '3,', { meta: { skip_users: 'alice bob' } }),
    chunk('users', '4,', { meta: { skip_users: ',' } }),
    chunk('users', 'end'),
  ])
  await streamed(alice, '3,4,end')
  await streamed(bob, '1,3,4,end')
  await streamed(anyone, '1,2,3,4,end')
  for (const client of [alice, bob, anyone]) client.abort()
})

test('require-sub: a message is for those who have another channel, too', async () => {
  const both = await open('sub; filter=require-sub, extra', [], 'sub')
  const one = await open('sub; filter=require-sub', [], 'sub', 2)
  await gateway.publish([
    chunk('sub', '1,', { meta: { require_sub: 'extra' } }),
    chunk('sub', '2,', { meta: { require_sub: 'sub' } }),
    chunk('sub', '3,', { meta: { require_sub: '' } }),
    chunk('sub', 'end'),
  ])
  await streamed(both, '1,2,3,end')
  await streamed(one, '2,3,end')
  both.abort()
  one.abort()
})

test('require-sub: names are without the prefix of the route', async () => {
  backend.answer(stream('sub; filter=require-sub, extra'))
  const client = await holdOn(gateway, 'pre-extra', get('/').replace('localhost', 'prefix.example'))
  await gateway.publish([
    chunk('pre-sub', '1,', { meta: { require_sub: 'extra' } }),
    chunk('pre-sub', '2,', { meta: { require_sub: 'pre-extra' } }),
    chunk('pre-sub', 'end'),
  ])
  await streamed(client, '1,end')
  client.abort()
})

test('all filters of a channel apply, and only to that channel', async () => {
  const filters = 'all; filter=skip-self; filter=unknown; filter=skip-users; filter=require-sub, plain'
  const client = await open(filters, ['Grip-Set-Meta: user=alice'], 'plain')
  const self = { sender: 'alice', skip_users: 'alice', require_sub: 'nothing' }
  await gateway.publish([
    chunk('all', '1,', { meta: { sender: 'alice' } }),
    chunk('all', '2,', { meta: { skip_users: 'alice' } }),
    chunk('all', '3,', { meta: { require_sub: 'nothing' } }),
    chunk('all', '4,', { meta: { require_sub: 'plain', sender: 'bob', skip_users: 'bob' } }),
    chunk('plain', '5,', { meta: self }),
    chunk('all', 'end'),
  ])
  await streamed(client, '4,5,end')
  client.abort()
})

test('metadata comes in a list or several headers, quoted or not', async () => {
  const headers = ['Grip-Set-Meta: a="1, 2", user="alice"; ignored=x', 'grip-set-meta: b=%3']
  const client = await open('meta; filter=var-subst; filter=skip-self', headers, 'meta')
  await gateway.publish([chunk('meta', 'own', { meta: { sender: 'alice' } }), chunk('meta', '%(a)s|%(b)s|%(user)s')])
  await streamed(client, '1, 2|%3|alice')
  client.abort()
})

test('filters and metadata can be said in JSON', async () => {
  const channels = [{ name: 'json', filters: ['skip-self', 'var-subst'] }]
  backend.answer(jsonInstruct({ hold: { mode: 'stream', channels, meta: { user: 'alice', n: '7' } } }))
  const client = await holdOn(gateway, 'json')
  await gateway.publish([chunk('json', 'own', { meta: { sender: 'alice' } }), chunk('json', '%(user)s %(n)s')])
  await streamed(client, 'alice 7')
  client.abort()
})

function act(action: string, sender: string): object {
  return { channel: 'act', meta: { sender }, formats: { 'http-stream': { action } } }
}

test('closes and hints are for whom the filters let them through, too', async () => {
  const client = await open('act; filter=skip-self', ['Grip-Set-Meta: user=alice', 'Grip-Link: </>; rel=next'], 'act')
  await gateway.publish([act('hint', 'alice'), act('close', 'alice'), chunk('act', 'x'), act('close', 'bob')])
  assert.equal((await client.response()).body, 'x')
  assert.equal(backend.requests.length, 1)
  client.abort()
})

test('five filters are allowed', async () => {
  const client = await open(`five${'; filter=skip-self'.repeat(5)}`, [], 'five')
  await gateway.publish([chunk('five', 'hello')])
  await streamed(client, 'hello')
  client.abort()
})

test('filters of a long poll are told by its own answer each time', async () => {
  backend.answer(longPoll('each; filter=skip-self', ['Grip-Set-Meta: user=alice']))
  const client = await holdOn(gateway, 'each')
  await gateway.publish([reply('each', 'one')])
  assert.equal((await client.response()).body, 'one')
  backend.answer(longPoll('each'))
  client.send(get('/'))
  await held(gateway, 'each', 2)
  await gateway.publish([reply('each', 'own', { meta: { sender: 'alice' } })])
  assert.equal((await client.response()).body, 'own')
  backend.answer(answer([]))
  client.abort()
})
