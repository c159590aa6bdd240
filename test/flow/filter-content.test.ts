// GRIP 4.6 and 4.7: what a message becomes for each client.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import type { RawClient } from '../support/raw-client.ts'
import { byPath } from './answer-by-path.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  routes: ['debug.example,debug BACKEND', 'prefix.example,prefix=pre- BACKEND'],
})

function open(channel: string, channels: string, headers: readonly string[], host = 'localhost'): Promise<RawClient> {
  backend.answer(stream(channels, headers))
  return holdOn(gateway, channel, get('/').replace('localhost', host))
}

test('var-subst: a message is filled in with what is known of each client', async () => {
  const alice = await open('vars', 'vars; filter=var-subst', ['Grip-Set-Meta: user=alice, x=1'])
  backend.answer(stream('vars; filter=var-subst', ['Grip-Set-Meta: user="bob (b)", x=2']))
  const bob = await holdOn(gateway, 'vars', get('/'), 2)
  await gateway.publish([chunk('vars', 'hello %(user)s, %(x)s%(x)s: 100%%\n')])
  await streamed(alice, 'hello alice, 11: 100%\n')
  await streamed(bob, 'hello bob (b), 22: 100%\n')
  alice.abort()
  bob.abort()
})

test('var-subst: a long poll gets its body filled in', async () => {
  backend.answer(longPoll('vars-poll; filter=var-subst', ['Grip-Set-Meta: user=alice'], 'timeout of %(user)s'))
  const client = await holdOn(gateway, 'vars-poll')
  await gateway.publish([reply('vars-poll', 'hello %(user)s', {}, { headers: { 'X-A': '%(user)s' } })])
  const response = await client.response()
  assert.equal(response.body, 'hello alice')
  assert.deepEqual(response.values('x-a'), ['%(user)s'])
  assert.deepEqual(response.values('content-length'), ['11'])
  client.abort()
})

test('var-subst: bytes that are not text stay as they are', async () => {
  const client = await open('bytes', 'bytes; filter=var-subst', ['Grip-Set-Meta: n=1'])
  const bytes = Buffer.from('fffe2528 6e297300c3'.replace(' ', ''), 'hex')
  const formats = { 'http-stream': { 'content-bin': bytes.toString('base64') } }
  await gateway.publish([{ channel: 'bytes', formats }])
  await streamed(client, Buffer.from('fffe3100c3', 'hex').toString('latin1'))
  client.abort()
})

test('var-subst: what cannot be filled in is dropped for this client', async () => {
  const client = await open('wrong', 'wrong; filter=var-subst', ['Grip-Set-Meta: user=alice'])
  const wrong = ['%(name)s', '%s', '%(user)d', '100%', '%(user', 'a %(user)']
  await gateway.publish([...wrong.map((content) => chunk('wrong', content)), chunk('wrong', '%(user)s')])
  await streamed(client, 'alice')
  client.abort()
})

const ERRORS: readonly (readonly [content: string, message: string])[] = [
  ['%(name)s', "No such variable 'name' at position 7"],
  ['%s', "Directive 's' requires argument at position 1"],
  ['ab%(user)d', "Unknown directive 'd' at position 9"],
  ['100%', "Expected directive after '%' at position 3"],
  ['a %(user', 'Unterminated field starting at position 3'],
  ['a %(user)', "Expected directive after ')' at position 8"],
]

for (const [index, [content, message]] of ERRORS.entries()) {
  test(`var-subst: with debug, ${content} ends a stream with the reason`, async () => {
    const channel = `reason-${index}`
    const client = await open(channel, `${channel}; filter=var-subst`, ['Grip-Set-Meta: user=alice'], 'debug.example')
    await gateway.publish([chunk(channel, content)])
    assert.equal((await client.response()).body, `\n\nfilter error: var-subst: ${message}\n`)
    client.abort()
  })
}

test('var-subst: with debug, a long poll is answered with the reason', async () => {
  backend.answer(longPoll('reason-poll; filter=var-subst'))
  const client = await holdOn(gateway, 'reason-poll', get('/').replace('localhost', 'debug.example'))
  await gateway.publish([reply('reason-poll', '%(x)s')])
  const { code, body } = await client.response()
  assert.equal(code, 502)
  assert.equal(body, "filter error: var-subst: No such variable 'x' at position 4\n")
  client.abort()
})

test('var-subst: a backslash takes the next character as it is', async () => {
  const client = await open('escape', 'escape; filter=var-subst', ['Grip-Set-Meta: "a)b"=1, user=alice'])
  await gateway.publish([chunk('escape', '%(us\\er)s')])
  await streamed(client, 'alice')
  client.abort()
})

test('build-id: the ids of the channels are put into messages', async () => {
  const headers = ['Grip-Set-Meta: id_format="%(fruit)s"', 'Grip-Link: </never>; rel=next']
  const client = await open('fruit', 'fruit; prev-id=1; filter=build-id', headers)
  await gateway.publish([chunk('fruit', 'id=%I,%(own)I,%%;', { id: '2', 'prev-id': '1' })])
  await streamed(client, 'id=2,own,%;')
  client.abort()
})

test('build-id: the id is of all channels', async () => {
  const headers = ['Grip-Set-Meta: id_format="a:%(apple)s p:%(pear)s"', 'Grip-Link: </never>; rel=next']
  const client = await open('pre-pear', 'apple; prev-id=1; filter=build-id, pear; prev-id=7', headers, 'prefix.example')
  await gateway.publish([
    chunk('pre-pear', '%I;', { id: '8', 'prev-id': '7' }),
    chunk('pre-apple', '[%I]', { id: '2', 'prev-id': '1' }),
  ])
  await streamed(client, '%I;[a:2 p:8]')
  client.abort()
})

test('build-id: the id can be written in hex digits', async () => {
  const headers = ['Grip-Set-Meta: id_format="x-%(hex)s", id_encoding=hex', 'Grip-Link: </never>; rel=next']
  const client = await open('hex', 'hex; prev-id=1; filter=build-id', headers)
  await gateway.publish([chunk('hex', '%I %(ab)I', { id: '2', 'prev-id': '1' })])
  await streamed(client, '782d32 6162')
  client.abort()
})

function hexIds(format: string): string[] {
  return [`Grip-Set-Meta: id_format=${format}, id_encoding=hex`, 'Grip-Link: </next>; rel=next']
}

test('build-id: the first answer and later parts of a stream are rendered, with ids of their own', async () => {
  backend.script = byPath({
    '/': stream('parts; prev-id=1; filter=build-id', hexIds('"-%(parts)s"'), 'first %(a)I,'),
    '/next': stream('parts; prev-id=3; filter=build-id', hexIds('"+%(parts)s"'), 'next %(b)I,%%'),
  })
  const client = await holdOn(gateway, 'parts', get('/'))
  await streamed(client, 'first 61,')
  await gateway.publish([{ channel: 'parts', formats: { 'http-stream': { action: 'hint' } } }])
  await streamed(client, 'first 61,next 62,%')
  await gateway.publish([chunk('parts', '%I', { id: '4', 'prev-id': '3' })])
  await streamed(client, 'first 61,next 62,%2b34')
  client.abort()
})

test('build-id: a response that is not held is rendered, too', async () => {
  const headers = ['Grip-Channel: plain; filter=build-id', 'Grip-Set-Meta: id_format=x']
  backend.answer(answer(headers, 'id %(5)I'))
  const response = await ask(gateway.port, get('/'))
  assert.equal(response.body, 'id 5')
  assert.deepEqual(response.values('content-length'), ['4'])
})

test('var-subst: what the backend answers itself stays as it is', async () => {
  backend.answer(stream('own-words; filter=var-subst', ['Grip-Set-Meta: user=alice'], '%(user)s,'))
  const client = await holdOn(gateway, 'own-words')
  await gateway.publish([chunk('own-words', '%(user)s')])
  await streamed(client, '%(user)s,alice')
  client.abort()
})

const BUILD_ERRORS: readonly (readonly [channel: string, meta: string, message: string])[] = [
  ['without-format', 'user=alice', "filter error: build-id: no sub meta 'id_format'"],
  ['odd-encoding', 'id_format=x, id_encoding=base64', 'filter error: build-id: unsupported encoding: base64'],
  [
    'odd-format',
    'id_format="%(nowhere)s"',
    "filter error: build-id: failed to render ID: No such variable 'nowhere' at position 10",
  ],
]

for (const [channel, meta, message] of BUILD_ERRORS) {
  test(`build-id: with debug, a stream ends with: ${message}`, async () => {
    const client = await open(channel, `${channel}; filter=build-id`, [`Grip-Set-Meta: ${meta}`], 'debug.example')
    await gateway.publish([chunk(channel, '%I', { id: '2', 'prev-id': '1' })])
    assert.equal((await client.response()).body, `\n\n${message}\n`)
    client.abort()
  })
}

test('content-filters: a message that was written for other filters is dropped', async () => {
  const client = await open('for', 'for; filter=skip-self; filter=var-subst', ['Grip-Set-Meta: n=7'])
  backend.answer(stream('for; filter=skip-self'))
  const plain = await holdOn(gateway, 'for', get('/'), 2)
  await gateway.publish([
    chunk('for', 'any %(n)s;'),
    chunk('for', 'vars %(n)s;', {}, { 'content-filters': ['var-subst'] }),
    chunk('for', 'none %%;', {}, { 'content-filters': [] }),
    chunk('for', 'both %(n)s;', {}, { 'content-filters': ['skip-self', 'var-subst'] }),
    chunk('for', 'other %(n)s;', {}, { 'content-filters': ['build-id', 'var-subst'] }),
    chunk('for', 'end'),
  ])
  await streamed(client, 'any 7;vars 7;end')
  await streamed(plain, 'any %(n)s;none %%;end')
  client.abort()
  plain.abort()
})

test('content-filters: with debug, a stream ends with the difference', async () => {
  const client = await open('differ', 'differ; filter=var-subst', [], 'debug.example')
  await gateway.publish([chunk('differ', 'x', {}, { 'content-filters': ['build-id'] })])
  const { body } = await client.response()
  assert.equal(body, '\n\ncontent filter mismatch: subscription=var-subst message=build-id\n')
  client.abort()
})

test('content-filters: a long poll goes on waiting for a message written for it', async () => {
  backend.answer(longPoll('for-poll; filter=var-subst', ['Grip-Set-Meta: n=7']))
  const client = await holdOn(gateway, 'for-poll')
  await held(gateway, 'for-poll')
  await gateway.publish([
    reply('for-poll', 'not this', {}, { 'content-filters': ['build-id'] }),
    reply('for-poll', 'this %(n)s', {}, { 'content-filters': ['var-subst'] }),
  ])
  assert.equal((await client.response()).body, 'this 7')
  client.abort()
})
