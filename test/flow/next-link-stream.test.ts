// GRIP 6.5: a stream that fetches what it has missed.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { RawClient } from '../support/raw-client.ts'
import { until, within } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, numbered } from './items.ts'
import { answer, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const NEXT = 'Grip-Link: </next>; rel=next'

const { gateway, backend } = await startBoth({
  routes: ['prefix.example,prefix=pre- BACKEND'],
  config: { handler: { message_wait: 3_600_000 } },
})

/** What a stream goes on with: its instructions, and the body that is appended. */
function page(channels: string, body: string, headers: readonly string[] = [NEXT]): string {
  return stream(channels, headers, body)
}

function open(channel: string, request = get('/'), count = 1): Promise<RawClient> {
  return holdOn(gateway, channel, request, count)
}

function hint(channel: string): object {
  return { channel, formats: { 'http-stream': { action: 'hint' } } }
}

/** As `numbered`, but not waited with by the gateway: it goes to the stream as it is. */
function loose(channel: string, id: number, previous: number): object {
  return chunk(channel, `${id},`, { id: `${id}`, 'prev-id': `${previous}`, 'no-seq': true })
}

async function asked(count: number): Promise<string[][]> {
  await until(
    () => backend.requests.length >= count,
    () => `${count} requests, not ${backend.requests.length}:\n${gateway.log.toString()}`,
  )
  return backend.requests.map((request) => [targetOf(request.line), ...request.values('grip-last').toSorted()])
}

/** Answers the first request, and leaves that for the next part to the test. */
function answerLater(first: string): Promise<Socket> {
  return new Promise((resolve) => {
    backend.script = {
      whole: (socket, { line }) => (targetOf(line) === '/next' ? resolve(socket) : void socket.write(first)),
    }
  })
}

test('messages that follow each other are passed on, and nothing is asked for', async () => {
  backend.script = byPath({ '/': page('smooth; prev-id=1', '1,') })
  const client = await open('smooth')
  await gateway.publish([loose('smooth', 2, 1), loose('smooth', 3, 2), loose('smooth', 4, 3)])
  await streamed(client, '1,2,3,4,')
  assert.deepEqual(await asked(1), [['/']])
  client.abort()
})

test('a message that does not follow is not passed on; the backend is asked, and the stream goes on from there', async () => {
  backend.script = byPath({ '/': page('gap; prev-id=1', '1,'), '/next': page('gap; prev-id=4', '3,4,') })
  const client = await open('gap')
  await gateway.publish([loose('gap', 2, 1), loose('gap', 4, 3)])
  await streamed(client, '1,2,3,4,')
  assert.deepEqual(await asked(2), [['/'], ['/next', 'gap; last-id=2']])
  await gateway.publish([loose('gap', 5, 4)])
  await streamed(client, '1,2,3,4,5,')
  client.abort()
})

test('a message that names no predecessor does not follow either', async () => {
  backend.script = byPath({ '/': page('free; prev-id=1', '1,'), '/next': page('free; prev-id=5', '2,5,') })
  const client = await open('free')
  await gateway.publish([chunk('free', 'x,', { id: '5' })])
  await streamed(client, '1,2,5,')
  assert.deepEqual(await asked(2), [['/'], ['/next', 'free; last-id=1']])
  await gateway.publish([loose('free', 6, 5)])
  await streamed(client, '1,2,5,6,')
  client.abort()
})

test('a stream that has missed something before it was held asks for it at once', async () => {
  backend.script = byPath({
    '/': page('before', ''),
    '/late': page('before; prev-id=4', '4,'),
    '/next': page('before; prev-id=5', '5,'),
  })
  const first = await open('before')
  await gateway.publish([numbered('before', 5)])
  await streamed(first, '5,')
  const second = await open('before', get('/late'), 2)
  await streamed(second, '4,5,')
  assert.deepEqual(await asked(3), [['/'], ['/late'], ['/next', 'before; last-id=4']])
  first.abort()
  second.abort()
})

test('a stream whose pages end in a hold asks for what was published before that', async () => {
  backend.script = byPath({
    '/': page('paged', ''),
    '/pages': answer([NEXT], '1,2,'),
    '/next': [page('paged; prev-id=4', '3,4,'), page('paged; prev-id=5', '5,')],
  })
  const first = await open('paged')
  await gateway.publish([numbered('paged', 5)])
  await streamed(first, '5,')
  const second = await open('paged', get('/pages'), 2)
  await streamed(second, '1,2,3,4,5,')
  assert.deepEqual(await asked(4), [['/'], ['/pages'], ['/next'], ['/next', 'paged; last-id=4']])
  first.abort()
  second.abort()
})

test('what is published while the backend is asked follows its answer, without what that contains', async () => {
  const next = answerLater(page('while; prev-id=1', '1,'))
  const client = await open('while')
  await gateway.publish([loose('while', 3, 2)])
  const socket = await within(next, 'a request for the next part')
  await gateway.publish([loose('while', 4, 3), loose('while', 5, 4), loose('while', 6, 5)])
  await gateway.log.waitForMore(/publish channel=while receivers=1$/, 3)
  socket.write(page('while; prev-id=4', '2,3,4,'))
  await streamed(client, '1,2,3,4,5,6,')
  await gateway.publish([loose('while', 7, 6)])
  await streamed(client, '1,2,3,4,5,6,7,')
  client.abort()
})

test('a client is kept alive while the backend is asked', async () => {
  const next = answerLater(page('kept', '1,', [NEXT, 'Grip-Keep-Alive: .; timeout=1']))
  const client = await open('kept')
  await gateway.publish([hint('kept')])
  const socket = await within(next, 'a request for the next part')
  const before = client.pending.length
  await until(() => client.pending.length > before, 'something to keep it alive')
  socket.write(page('kept', '2,'))
  await client.until('2,')
  client.abort()
})

test('a hint makes the backend be asked at once', async () => {
  backend.script = byPath({ '/': page('hinted; prev-id=1', '1,'), '/next': page('hinted; prev-id=3', '2,3,') })
  const client = await open('hinted')
  await gateway.publish([hint('hinted')])
  await streamed(client, '1,2,3,')
  assert.deepEqual(await asked(2), [['/'], ['/next', 'hinted; last-id=1']])
  await gateway.publish([loose('hinted', 4, 3)])
  await streamed(client, '1,2,3,4,')
  client.abort()
})

test('a hint to a stream without a next link changes nothing', async () => {
  backend.script = byPath({ '/': page('unlinked', '1,', []) })
  const client = await open('unlinked')
  await gateway.publish([hint('unlinked'), chunk('unlinked', '2,')])
  await streamed(client, '1,2,')
  assert.deepEqual(await asked(1), [['/']])
  client.abort()
})

test('a hint while the backend is being asked makes it be asked once more after that', async () => {
  const next = answerLater(page('twice; prev-id=1', '1,'))
  const client = await open('twice')
  await gateway.publish([hint('twice')])
  const socket = await within(next, 'a request for the next part')
  await gateway.publish([hint('twice'), hint('twice'), hint('twice')])
  await gateway.log.waitForMore(/publish channel=twice receivers=1$/, 3)
  const last = 'Grip-Link: </last>; rel=next'
  backend.script = byPath({ '/last': page('twice; prev-id=3', '3,', [last]) })
  socket.write(page('twice; prev-id=2', '2,', [last]))
  await streamed(client, '1,2,3,')
  await gateway.publish([loose('twice', 4, 3)])
  await streamed(client, '1,2,3,4,')
  assert.deepEqual(await asked(3), [['/'], ['/next', 'twice; last-id=1'], ['/last', 'twice; last-id=2']])
  client.abort()
})

test('hints have a place in the order, too', async () => {
  backend.script = byPath({ '/': page('placed; prev-id=1', '1,'), '/next': page('placed; prev-id=2', '2,') })
  const client = await open('placed')
  await gateway.publish([{ ...hint('placed'), id: '2', 'prev-id': '1' }])
  await streamed(client, '1,2,')
  assert.deepEqual(await asked(2), [['/'], ['/next', 'placed; last-id=2']])
  await gateway.publish([loose('placed', 3, 2)])
  await streamed(client, '1,2,3,')
  client.abort()
})

test('a close that does not follow closes nothing; the backend is asked', async () => {
  backend.script = byPath({ '/': page('unclosed; prev-id=1', '1,'), '/next': page('unclosed; prev-id=3', '2,3,') })
  const client = await open('unclosed')
  const close = { channel: 'unclosed', 'no-seq': true, formats: { 'http-stream': { action: 'close' } } }
  await gateway.publish([{ ...close, id: '3', 'prev-id': '2' }])
  await streamed(client, '1,2,3,')
  await gateway.publish([{ ...close, id: '4', 'prev-id': '3' }])
  assert.equal((await client.response()).body, '1,2,3,')
  client.abort()
})

test('a message without an id ends the order of its channel', async () => {
  backend.script = byPath({ '/': page('unordered; prev-id=1', '1,'), '/next': answer([], 'end') })
  const client = await open('unordered')
  await gateway.publish([chunk('unordered', 'x,', { 'prev-id': '1', 'no-seq': true }), loose('unordered', 9, 8)])
  await streamed(client, '1,x,9,')
  await gateway.publish([hint('unordered')])
  assert.equal((await client.response()).body, '1,x,9,end')
  assert.deepEqual(await asked(2), [['/'], ['/next']])
  client.abort()
})

test('the backend hears the last ids of all ordered channels, without the prefix of the route', async () => {
  backend.script = byPath({ '/': page('a; prev-id=1, b; prev-id=11, c', ''), '/next': answer([], 'end') })
  const client = await open('pre-c', get('/').replace('localhost', 'prefix.example'))
  await gateway.publish([loose('pre-a', 2, 1), chunk('pre-c', 'c,', { id: 'x' }), loose('pre-b', 13, 12)])
  assert.equal((await client.response()).body, '2,c,end')
  assert.deepEqual(await asked(2), [['/'], ['/next', 'a; last-id=2', 'b; last-id=11']])
  client.abort()
})

test('a next part without a hold ends the stream; its connection takes the next request', async () => {
  backend.script = byPath({
    '/': page('ends; prev-id=1', '1,'),
    '/next': answer([], '2,'),
    '/other': answer([], 'other'),
  })
  const client = await open('ends')
  await gateway.publish([hint('ends')])
  assert.equal((await client.response()).body, '1,2,')
  client.send(get('/other'))
  assert.equal((await client.response()).body, 'other')
  await gateway.publish([chunk('ends', 'x')])
  await gateway.log.waitFor(/publish channel=ends receivers=0$/)
  client.abort()
})

test('the hold of the next part takes the place of the one before', async () => {
  backend.script = byPath({
    '/': stream('old, both; filter=skip-self', [NEXT, 'Grip-Set-Meta: user=alice'], '1,'),
    '/next': stream('new, both', [], '2,'),
  })
  const client = await open('both')
  await gateway.publish([chunk('both', 'own,', { meta: { sender: 'alice' } }), hint('old')])
  await streamed(client, '1,2,')
  await held(gateway, 'new')
  await gateway.publish([
    chunk('old', 'x,'),
    chunk('both', '3,', { meta: { sender: 'alice' } }),
    hint('both'),
    chunk('new', '4,'),
  ])
  await streamed(client, '1,2,3,4,')
  assert.deepEqual(await asked(2), [['/'], ['/next']])
  client.abort()
})
