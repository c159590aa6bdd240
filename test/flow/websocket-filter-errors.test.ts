// GRIP 4.6, 4.7 and 7.3
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { frame } from './items.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'

const { gateway, backend } = await startBothForWebSockets({
  routes: ['debug.example,debug BACKEND', 'prefix.example,prefix=pre- BACKEND'],
})

async function openWith(channel: string, controls: readonly object[], host = 'localhost'): Promise<Pair> {
  backend.accept([GRIP], (server) => {
    for (const control of controls) server.control(control)
  })
  const pair = await openPair(gateway, backend, '/', { host })
  await held(gateway, channel)
  return pair
}

function meta(name: string, value?: string): object {
  return { type: 'set-meta', name, ...(value === undefined ? {} : { value }) }
}

function subscribe(channel: string, ...filters: readonly string[]): object {
  return { type: 'subscribe', channel, filters }
}

test('skip-users: a message names users who do not get it', async () => {
  const { client } = await openWith('users', [meta('user', 'alice'), subscribe('users', 'skip-users')])
  await gateway.publish([
    frame('users', '1', { meta: { skip_users: 'bob, alice' } }),
    frame('users', '2', { meta: { skip_users: 'bob' } }),
    frame('users', '3'),
  ])
  assert.equal(await client.next(), 'text 2')
  assert.equal(await client.next(), 'text 3')
  client.vanish()
})

test('require-sub follows what is subscribed and unsubscribed', async () => {
  const { client, server } = await openWith('prefix-end', [subscribe('sub', 'require-sub'), subscribe('prefix-end')])
  server.control(subscribe('late'))
  server.control(subscribe('late-end'))
  await held(gateway, 'late-end')
  await gateway.publish([frame('sub', '1', { meta: { require_sub: 'late' } })])
  assert.equal(await client.next(), 'text 1')
  server.control({ type: 'unsubscribe', channel: 'late' })
  server.control(subscribe('last-end'))
  await held(gateway, 'last-end')
  await gateway.publish([frame('sub', '2', { meta: { require_sub: 'late' } }), frame('sub', '3')])
  assert.equal(await client.next(), 'text 3')
  client.vanish()
})

test('metadata that changes counts from then on', async () => {
  const { client, server } = await openWith('changes', [meta('n', '1'), subscribe('changes', 'var-subst')])
  await gateway.publish([frame('changes', '%(n)s')])
  assert.equal(await client.next(), 'text 1')
  server.control(meta('n', '2'))
  server.control(subscribe('changes-end'))
  await held(gateway, 'changes-end')
  await gateway.publish([frame('changes', '%(n)s')])
  assert.equal(await client.next(), 'text 2')
  client.vanish()
})

test('a set-meta without a name, or with a value that is no text, changes nothing', async () => {
  const odd = [
    { type: 'set-meta', value: 'x' },
    { type: 'set-meta', name: '', value: 'x' },
    { type: 'set-meta', name: 'n', value: 7 },
  ]
  const { client } = await openWith('odd', [meta('n', '1'), ...odd, subscribe('odd', 'var-subst')])
  await gateway.publish([frame('odd', '%(n)s')])
  assert.equal(await client.next(), 'text 1')
  client.vanish()
})

test('build-id: ids that the message names are encoded', async () => {
  const controls = [meta('id_format', 'x'), meta('id_encoding', 'hex'), subscribe('built', 'build-id')]
  const { client } = await openWith('built', controls)
  await gateway.publish([frame('built', '%(ab)I %%')])
  assert.equal(await client.next(), 'text 6162 %')
  client.vanish()
})

test('binary messages are filtered, too', async () => {
  const { client } = await openWith('binary', [meta('n', '1'), subscribe('binary', 'var-subst')])
  const bytes = Buffer.concat([Buffer.of(0, 255), Buffer.from('%(n)s')]).toString('base64')
  await gateway.publish([{ channel: 'binary', formats: { 'ws-message': { 'content-bin': bytes } } }])
  assert.equal(await client.next(), 'binary 00ff31')
  client.vanish()
})

test('pings and pongs that are published are filtered by user', async () => {
  const { client } = await openWith('pings', [meta('user', 'alice'), subscribe('pings', 'skip-self')])
  await gateway.publish(
    ['alice', 'bob'].map((sender) => frame('pings', sender, { meta: { sender } }, { type: 'ping' })),
  )
  assert.equal(await client.next(), 'ping bob')
  client.vanish()
})

test('what cannot be filled in, or was written for other filters, is dropped', async () => {
  const { client } = await openWith('drops', [subscribe('drops', 'var-subst')])
  await gateway.publish([
    frame('drops', '%(nobody)s'),
    frame('drops', 'other', {}, { 'content-filters': ['build-id'] }),
    frame('drops', 'this', {}, { 'content-filters': ['var-subst'] }),
  ])
  assert.equal(await client.next(), 'text this')
  client.vanish()
})

test('with debug, a message that cannot be filled in closes the WebSocket and says why', async () => {
  const { client } = await openWith('explains', [subscribe('explains', 'var-subst')], 'debug.example')
  await gateway.publish([frame('explains', '%(nobody)s')])
  assert.match(await client.next(), /^close \d+ .*No such variable 'nobody'/)
})

test('with debug, a message for other filters closes the WebSocket and says why', async () => {
  const { client } = await openWith('mismatch', [subscribe('mismatch', 'var-subst')], 'debug.example')
  await gateway.publish([frame('mismatch', 'x', {}, { 'content-filters': ['build-id'] })])
  assert.match(await client.next(), /^close \d+ .*content filter mismatch: subscription=var-subst message=build-id/)
})

test('more than five filters close the WebSocket', async () => {
  backend.accept([GRIP], (server) => server.control(subscribe('many', ...Array.from({ length: 6 }, () => 'skip-self'))))
  const plain = await openPair(gateway, backend)
  assert.match(await plain.client.next(), /^close 1011/)
  const explained = await openPair(gateway, backend, '/', { host: 'debug.example' })
  assert.equal(await explained.client.next(), "close 1011 too many filters for channel 'many'")
})

test('a session id without a state service has no effect', async () => {
  const controls = [{ type: 'session', id: 'abc' }, { type: 'session' }, subscribe('session')]
  const { client } = await openWith('session', controls)
  await gateway.publish([frame('session', 'hello')])
  assert.equal(await client.next(), 'text hello')
  client.vanish()
})
