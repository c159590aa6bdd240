// GRIP 6.3 and 6.4: a long poll that knows what it has missed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { byPath } from './answer-by-path.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  routes: ['prefix.example,prefix=pre- BACKEND'],
})

/** Lets the gateway know the last id of the channels, as somebody who listens to them makes it do. */
async function lastIds(ids: Readonly<Record<string, string>>): Promise<RawClient> {
  const channels = Object.keys(ids)
  backend.answer(stream(channels.join(', ')))
  const client = await holdOn(gateway, channels.at(-1) ?? '')
  await gateway.publish(channels.map((channel) => chunk(channel, 'x', { id: ids[channel] ?? '' })))
  await streamed(client, 'x'.repeat(channels.length))
  backend.requests.length = 0
  return client
}

async function heldAgain(channel: string): Promise<void> {
  await gateway.log.waitFor(new RegExp(`subscribe http:\\S+ channel=${channel} retry$`))
}

function withoutGrip(request: RecordedRequest): string[] {
  return [request.line, ...request.headers.filter((line) => !/^grip-(?:sig|last):/i.test(line)), request.body]
}

async function requests(count: number): Promise<readonly RecordedRequest[]> {
  await until(
    () => backend.requests.length >= count,
    () => `${count} requests, not ${backend.requests.length}:\n${gateway.log.toString()}`,
  )
  return backend.requests
}

test('what was published between the answer and the hold makes the gateway ask again', async () => {
  const listener = await lastIds({ missed: '5' })
  const client = await RawClient.connect(gateway.port)
  backend.script = byPath({ '/poll?a=b': [longPoll('missed; prev-id=4'), answer([], 'what was missed')] })
  client.send('POST /poll?a=b HTTP/1.1\r\nHost: localhost\r\nX-Client: 1\r\nContent-Length: 4\r\n\r\nbody')
  assert.equal((await client.response()).body, 'what was missed')
  const [first, second] = await requests(2)
  assert.ok(first !== undefined && second !== undefined)
  assert.deepEqual(first.values('grip-last'), [])
  assert.deepEqual(second.values('grip-last'), ['missed; last-id=4'])
  assert.equal(second.values('grip-sig').length, 1)
  assert.deepEqual(withoutGrip(second), withoutGrip(first))
  await gateway.log.waitFor(/POST http:\/\/localhost\/poll\?a=b .*retry$/)
  listener.abort()
  client.abort()
})

test('the second time the request is held, whatever the backend says', async () => {
  const listener = await lastIds({ loop: '5' })
  backend.answer(longPoll('loop; prev-id=4'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/loop'))
  await heldAgain('loop')
  await gateway.publish([reply('loop', 'hello', { id: '6', 'prev-id': '4' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  listener.abort()
  client.abort()
})

test('a long poll that knows the last message, or says nothing about it, is held', async () => {
  const listener = await lastIds({ same: '5' })
  backend.answer(longPoll('same; prev-id=5'))
  const knowing = await holdOn(gateway, 'same', get('/same'), 2)
  backend.answer(longPoll('same'))
  const other = await holdOn(gateway, 'same', get('/same'), 3)
  await gateway.publish([reply('same', 'hello', { id: '6', 'prev-id': '5' })])
  assert.equal((await knowing.response()).body, 'hello')
  assert.equal((await other.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  for (const client of [listener, knowing, other]) client.abort()
})

test('a channel of which the gateway knows no message is no conflict', async () => {
  backend.answer(longPoll('unknown; prev-id=4'))
  const client = await holdOn(gateway, 'unknown')
  await gateway.publish([reply('unknown', 'hello', { id: '5', 'prev-id': '4' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 1)
  client.abort()
})

test('the backend hears of every channel for which it named an id', async () => {
  const listener = await lastIds({ apples: '5', pears: '7' })
  backend.script = byPath({
    '/': [longPoll('apples; prev-id=5, pears; prev-id=6, plums; prev-id=1, figs'), answer([], 'done')],
  })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  assert.equal((await client.response()).body, 'done')
  const [, again] = await requests(2)
  assert.deepEqual(again?.values('grip-last').toSorted(), ['apples; last-id=5', 'pears; last-id=6', 'plums; last-id=1'])
  listener.abort()
  client.abort()
})

test("the prefix of the route is part of the gateway's channels, not of what the backend hears", async () => {
  const listener = await lastIds({ 'pre-fruit': '5' })
  backend.script = byPath({ '/': [longPoll('fruit; prev-id=4'), answer([], 'done')] })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/').replace('localhost', 'prefix.example'))
  assert.equal((await client.response()).body, 'done')
  const [, again] = await requests(2)
  assert.deepEqual(again?.values('grip-last'), ['fruit; last-id=4'])
  listener.abort()
  client.abort()
})

test('a message that does not follow makes the gateway ask again, and a later one that follows is delivered', async () => {
  backend.script = byPath({ '/': [longPoll('follow; prev-id=1'), longPoll('follow; prev-id=3')] })
  const client = await holdOn(gateway, 'follow', get('/'))
  await gateway.publish([reply('follow', 'not this', { id: '3', 'prev-id': '2' })])
  await heldAgain('follow')
  const [, again] = await requests(2)
  assert.deepEqual(again?.values('grip-last'), ['follow; last-id=1'])
  await gateway.publish([reply('follow', 'hello', { id: '4', 'prev-id': '3' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  client.abort()
})

test('a message that names no predecessor does not follow either', async () => {
  backend.script = byPath({ '/': [longPoll('free; prev-id=1'), answer([], 'missed')] })
  const client = await holdOn(gateway, 'free', get('/'))
  await gateway.publish([reply('free', 'not this', { id: '2' })])
  assert.equal((await client.response()).body, 'missed')
  assert.deepEqual(backend.requests.at(-1)?.values('grip-last'), ['free; last-id=1'])
  client.abort()
})

test('a message that was not for this client counts as seen', async () => {
  backend.script = byPath({
    '/': [longPoll('dropped; prev-id=1; filter=skip-self', ['Grip-Set-Meta: user=alice']), answer([], 'again')],
  })
  const client = await holdOn(gateway, 'dropped', get('/'))
  await gateway.publish([
    reply('dropped', 'own', { id: '2', 'prev-id': '1', meta: { sender: 'alice' } }),
    reply('dropped', 'hello', { id: '3', 'prev-id': '2' }),
  ])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 1)
  client.abort()
})

test('a hint tells the backend the last message the client could know', async () => {
  backend.script = byPath({ '/': [longPoll('hinted; prev-id=1, bystander'), answer([], 'news')] })
  const client = await holdOn(gateway, 'hinted', get('/'))
  await held(gateway, 'bystander')
  await gateway.publish([{ channel: 'bystander', formats: { 'http-response': { action: 'hint' } } }])
  assert.equal((await client.response()).body, 'news')
  const [, again] = await requests(2)
  assert.deepEqual(again?.values('grip-last'), ['hinted; last-id=1'])
  client.abort()
})

test('what a client claims about its last messages does not reach the backend', async () => {
  const listener = await lastIds({ claimed: '5' })
  backend.script = byPath({ '/': [longPoll('claimed; prev-id=4'), answer([], 'done')] })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/', ['Grip-Last: claimed; last-id=forged']))
  assert.equal((await client.response()).body, 'done')
  const [first, again] = await requests(2)
  assert.deepEqual(first?.values('grip-last'), [])
  assert.deepEqual(again?.values('grip-last'), ['claimed; last-id=4'])
  listener.abort()
  client.abort()
})
