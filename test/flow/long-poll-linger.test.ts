// GRIP 6.7: a channel stays subscribed for a while after its last long poll.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { startGateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { LIMIT } from '../support/until.ts'
import { byPath } from './answer-by-path.ts'
import { get, held, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth()
const brief = await startGateway({
  routes: [`* 127.0.0.1:${backend.port}`],
  config: { handler: { subscription_linger: 1 } },
})
const publisher = new XPublisher({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
publisher.connect(brief.subSpec)
after(async () => {
  publisher.close()
  await brief.stop()
})

/** What the publisher is told next: `+` and a channel that somebody wants, or `-` and one that nobody does any more. */
async function wanted(): Promise<string> {
  const [message = Buffer.of()] = await publisher.receive()
  return `${message[0] === 1 ? '+' : '-'}${message.toString('utf8', 1)}`
}

test('what is published between two polls is not missed by the second', async () => {
  backend.answer(longPoll('between'))
  const client = await holdOn(gateway, 'between')
  await gateway.publish([reply('between', 'one', { id: '1' })])
  assert.equal((await client.response()).body, 'one')
  await gateway.publish([reply('between', 'two', { id: '2', 'prev-id': '1' })])
  await gateway.log.waitForMore(/publish channel=between receivers=0$/, 0)
  backend.script = byPath({ '/again': [longPoll('between; prev-id=1'), answer([], 'missed')] })
  client.send(get('/again'))
  assert.equal((await client.response()).body, 'missed')
  assert.deepEqual(backend.requests.at(-1)?.values('grip-last'), ['between; last-id=1'])
  client.abort()
})

test('between two polls, messages that came in the wrong order still wait for each other', async () => {
  backend.answer(longPoll('waiting'))
  const client = await holdOn(gateway, 'waiting')
  await gateway.publish([reply('waiting', 'one', { id: '1' })])
  assert.equal((await client.response()).body, 'one')
  await gateway.publish([reply('waiting', 'three', { id: '3', 'prev-id': '2' })])
  backend.answer(longPoll('waiting; prev-id=1'))
  client.send(get('/again'))
  await held(gateway, 'waiting', 2)
  await gateway.publish([reply('waiting', 'two', { id: '2', 'prev-id': '1' })])
  assert.equal((await client.response()).body, 'two')
  client.abort()
})

test('a stream leaves no trace on its channel when it ends', async () => {
  backend.answer(stream('ended'))
  const client = await holdOn(gateway, 'ended')
  await gateway.publish([chunk('ended', 'x', { id: '1' })])
  await gateway.publish([{ channel: 'ended', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, 'x')
  backend.answer(longPoll('ended; prev-id=0'))
  client.send(get('/poll'))
  await held(gateway, 'ended', 2)
  await gateway.publish([reply('ended', 'hello', { id: '9', 'prev-id': '0' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  client.abort()
})

test('after subscription_linger the channel is unsubscribed and its place forgotten', async () => {
  backend.answer(longPoll('brief'))
  const client = await RawClient.connect(brief.port)
  client.send(get('/'))
  await held(brief, 'brief')
  assert.equal(await wanted(), '+brief')
  await brief.publish([reply('brief', 'one', { id: '1' })])
  assert.equal((await client.response()).body, 'one')
  assert.equal(await wanted(), '-brief')
  backend.answer(longPoll('brief; prev-id=0'))
  client.send(get('/'))
  await held(brief, 'brief', 2)
  assert.equal(await wanted(), '+brief')
  await brief.publish([reply('brief', 'hello', { id: '9', 'prev-id': '0' })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(backend.requests.length, 2)
  client.abort()
})
