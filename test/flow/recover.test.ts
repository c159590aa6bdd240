// GRIP 6.6
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { LIMIT } from '../support/until.ts'
import { byPath } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { chunk, numbered, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  config: { handler: { message_wait: 3_600_000 } },
})

async function recover(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/recover`, { method: 'POST', body: '' })
  return `${response.status} ${await response.text()}`
}

test('recover makes long polls and linked streams ask their backend what they have missed', async () => {
  backend.script = byPath({
    '/poll': [longPoll('polled; prev-id=1'), answer([], 'missed')],
    '/stream': stream('streamed; prev-id=1', ['Grip-Link: </more>; rel=next'], '1,'),
    '/more': stream('streamed; prev-id=3', ['Grip-Link: </never>; rel=next'], '2,3,'),
    '/plain': stream('plain'),
  })
  const poll = await holdOn(gateway, 'polled', get('/poll'))
  const linked = await holdOn(gateway, 'streamed', get('/stream'))
  const plain = await holdOn(gateway, 'plain', get('/plain'))
  assert.equal(await recover(), '200 Updated\n')
  assert.equal((await poll.response()).body, 'missed')
  await streamed(linked, '1,2,3,')
  const asked = backend.requests.slice(3).map((request) => `${request.line}: ${request.values('grip-last').join()}`)
  assert.deepEqual(asked.toSorted(), [
    'GET /more HTTP/1.1: streamed; last-id=1',
    'GET /poll HTTP/1.1: polled; last-id=1',
  ])
  await gateway.publish([numbered('streamed', 4, 3), chunk('plain', 'still here')])
  await streamed(linked, '1,2,3,4,')
  await streamed(plain, 'still here')
  for (const client of [poll, linked, plain]) client.abort()
})

test('recover on the command socket does the same', async () => {
  backend.script = byPath({ '/': [longPoll('commanded'), answer([], 'missed')] })
  const poll = await holdOn(gateway, 'commanded', get('/'))
  const client = new Request({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
  client.connect(gateway.commandSpec)
  await client.send('28:2:id,1:7,6:method,7:recover,}')
  const [answered] = await client.receive()
  assert.match(String(answered), /7:success,4:true!/)
  client.close()
  assert.equal((await poll.response()).body, 'missed')
  poll.abort()
})

test('after recover no message waits for one that was lost before', async () => {
  backend.answer(stream('lost'))
  const client = await holdOn(gateway, 'lost')
  await gateway.publish([numbered('lost', 1)])
  await streamed(client, '1,')
  assert.equal(await recover(), '200 Updated\n')
  await gateway.publish([numbered('lost', 3, 2), numbered('lost', 4, 3)])
  await streamed(client, '1,3,4,')
  client.abort()
})

test('after recover a long poll is held though it does not know the last message', async () => {
  backend.answer(stream('forgotten'))
  const listener = await holdOn(gateway, 'forgotten')
  await gateway.publish([numbered('forgotten', 5)])
  await streamed(listener, '5,')
  assert.equal(await recover(), '200 Updated\n')
  backend.answer(longPoll('forgotten; prev-id=4'))
  const client = await holdOn(gateway, 'forgotten', get('/poll'), 2)
  await gateway.publish([reply('forgotten', 'hello', { id: '6', 'prev-id': '4' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  listener.abort()
  client.abort()
})
