import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Push, XPublisher } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { LIMIT } from '../support/until.ts'
import { holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'
import { tnet } from './tnet.ts'

const { gateway, backend } = await startBoth({ config: { handler: { subscription_linger: 1 } }, workers: 2 })

const push = new Push({ linger: 0, sendTimeout: LIMIT })
push.connect(gateway.pullSpec)
const publisher = new XPublisher({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
publisher.connect(gateway.subSpec)
after(() => {
  push.close()
  publisher.close()
})

/** What the publisher is told next: `+` and the channel it is to send, or `-` and one not any more. */
async function wanted(): Promise<string> {
  const [frame = Buffer.of()] = await publisher.receive()
  return `${frame[0] === 1 ? '+' : '-'}${frame.toString('utf8', 1)}`
}

function item(channel: string, content: string): string {
  return tnet({ channel, formats: { 'http-stream': { content } } })
}

test('a publisher that subscribers connect to is asked for exactly the channels that are held', async () => {
  backend.answer(stream('events'))
  const first = await holdOn(gateway, 'events')
  assert.equal(await wanted(), '+events')
  const second = await holdOn(gateway, 'events', undefined, 2)

  await publisher.send(['events', `J${JSON.stringify({ formats: { 'http-stream': { content: 'json,' } } })}`])
  await publisher.send(['events', `T${tnet({ formats: { 'http-stream': { content: 'tnet,' } } })}`])
  // ZeroMQ passes it on because its name begins like the one that is wanted.
  await publisher.send(['events-other', tnet({ formats: { 'http-stream': { content: 'wrong,' } } })])
  await publisher.send(['events', item('ignored', 'bare')])
  for (const client of [first, second]) {
    const received = await client.until('bare')
    assert.ok(received.includes('json,') && received.includes('tnet,') && !received.includes('wrong'), received)
  }
  first.abort()
  second.abort()
  assert.equal(await wanted(), '-events')
})

test('a long poll is asked for until some time after it was answered', async () => {
  backend.answer(longPoll('poll'))
  const client = await holdOn(gateway, 'poll')
  assert.equal(await wanted(), '+poll')
  await publisher.send(['poll', tnet({ formats: { 'http-response': { body: 'hello' } } })])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(await wanted(), '-poll')
  client.abort()
})

test('messages pushed in each of the three forms are delivered', async () => {
  backend.answer(stream('pushed'))
  const client = await holdOn(gateway, 'pushed')
  await push.send(item('pushed', 'bare,'))
  await push.send(`T${item('pushed', 'letter,')}`)
  await push.send(`J${JSON.stringify({ channel: 'pushed', 'http-stream': { content: 'json,' } })}`)
  await push.send(Buffer.from(item('pushed', '\0\xff.'), 'latin1'))
  const received = await client.until('\xff.')
  assert.ok(received.includes('5\r\nbare,\r\n7\r\nletter,\r\n5\r\njson,\r\n3\r\n\0\xff.\r\n'), received)
  client.abort()
})

test('what cannot be read is logged, and the next message is delivered', async () => {
  backend.answer(stream('garbage'))
  const client = await holdOn(gateway, 'garbage')
  await push.send('garbage')
  await push.send('J{')
  await push.send(['two', 'frames'])
  await push.send('T5:hello,')
  await push.send(item('garbage', 'good'))
  await client.until('good')
  await gateway.log.waitFor(/^\[WARN\].*IN pull: received message with/)
  client.abort()
})

test('ten thousand messages pushed at once arrive in their order', async () => {
  backend.answer(stream('many'))
  const client = await holdOn(gateway, 'many')
  const contents = Array.from({ length: 10_000 }, (_, index) => `${index},`)
  for (const content of contents) await push.send(item('many', content))
  await push.send(tnet({ channel: 'many', formats: { 'http-stream': { action: 'close' } } }))
  assert.equal((await client.response()).body, contents.join(''))
  client.abort()
})
