// GRIP 6.1 and 6.2: repeated and reordered messages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { chunk, numbered, reply } from './items.ts'
import { stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

// Nothing that waits is given up within a test.
const { gateway, backend } = await startBoth({
  config: { handler: { message_wait: 3_600_000 } },
})

/** A stream that is also on a channel for what shows that nothing else is on its way. */
function open(channel: string, count = 1): Promise<RawClient> {
  backend.answer(stream(`${channel}-mark, ${channel}`))
  return holdOn(gateway, channel, get(`/${channel}`), count)
}

function mark(channel: string): object {
  return chunk(`${channel}-mark`, '|')
}

test('messages that come in the wrong order are delivered in the right one', async () => {
  const client = await open('order')
  await gateway.publish([numbered('order', 1), numbered('order', 3, 2), mark('order')])
  await streamed(client, '1,|')
  await gateway.publish([numbered('order', 2, 1)])
  await streamed(client, '1,|2,3,')
  client.abort()
})

test('all that waited for one message follow it', async () => {
  const client = await open('many')
  await gateway.publish([1, 5, 3, 6, 4].map((id) => numbered('many', id, id - 1)))
  await gateway.publish([mark('many')])
  await streamed(client, '1,|')
  await gateway.publish([numbered('many', 2, 1), mark('many')])
  await streamed(client, '1,|2,3,4,5,6,|')
  client.abort()
})

test('the first message to a new subscription waits for nothing', async () => {
  const client = await open('first')
  await gateway.publish([numbered('first', 8, 7), numbered('first', 9, 8), mark('first')])
  await streamed(client, '8,9,|')
  client.abort()
})

test('what is published to nobody leaves no trace in the order', async () => {
  await gateway.publish([numbered('nobody', 1)])
  await gateway.log.waitFor(/publish channel=nobody receivers=0$/)
  const client = await open('nobody')
  await gateway.publish([numbered('nobody', 9, 8), mark('nobody')])
  await streamed(client, '9,|')
  client.abort()
})

test('a message that names no predecessor waits for nothing, and is one', async () => {
  const client = await open('free')
  await gateway.publish([numbered('free', 1), numbered('free', 5), numbered('free', 2, 1), mark('free')])
  await streamed(client, '1,5,|')
  await gateway.publish([numbered('free', 6, 5), mark('free')])
  await streamed(client, '1,5,|6,|')
  client.abort()
})

test('after a message without an id the next one waits for nothing', async () => {
  const client = await open('no-id')
  await gateway.publish([numbered('no-id', 1), chunk('no-id', 'x,', { 'prev-id': '1' }), numbered('no-id', 9, 8)])
  await gateway.publish([mark('no-id')])
  await streamed(client, '1,x,9,|')
  client.abort()
})

test('a message without an id can wait, too', async () => {
  const client = await open('no-id-waits')
  await gateway.publish([numbered('no-id-waits', 1), chunk('no-id-waits', 'x,', { 'prev-id': '2' })])
  await gateway.publish([mark('no-id-waits')])
  await streamed(client, '1,|')
  await gateway.publish([numbered('no-id-waits', 2, 1), numbered('no-id-waits', 9, 8)])
  await streamed(client, '1,|2,x,9,')
  client.abort()
})

test('messages with no-seq are delivered as they come and change nothing for the others', async () => {
  const client = await open('no-seq')
  const aside = chunk('no-seq', 'aside,', { id: 'aside', 'prev-id': '7', 'no-seq': true })
  await gateway.publish([numbered('no-seq', 1), numbered('no-seq', 3, 2), aside, mark('no-seq')])
  await streamed(client, '1,aside,|')
  await gateway.publish([numbered('no-seq', 2, 1), mark('no-seq')])
  await streamed(client, '1,aside,|2,3,|')
  client.abort()
})

test('messages of all transports, and hints, are in one order', async () => {
  const client = await open('formats')
  const hint = { channel: 'formats', id: '3', 'prev-id': '2', formats: { 'http-stream': { action: 'hint' } } }
  await gateway.publish([numbered('formats', 1), numbered('formats', 4, 3), hint, mark('formats')])
  await streamed(client, '1,|')
  await gateway.publish([reply('formats', 'x', { id: '2', 'prev-id': '1' }), mark('formats')])
  await streamed(client, '1,|4,|')
  client.abort()
})

test('channels do not wait for each other', async () => {
  backend.answer(stream('left, right'))
  const client = await holdOn(gateway, 'right')
  await gateway.publish([numbered('left', 1), numbered('right', 11), numbered('left', 3, 2), numbered('right', 12, 11)])
  await streamed(client, '1,11,12,')
  await gateway.publish([numbered('right', 2, 1), numbered('left', 2, 1)])
  await streamed(client, '1,11,12,2,3,')
  client.abort()
})

test('a repeated message is delivered once on each channel, in order or not', async () => {
  const client = await open('repeat')
  const again = chunk('repeat', 'again,', { id: '1', 'prev-id': '2' })
  const aside = chunk('repeat', 'aside,', { id: '1', 'no-seq': true })
  await gateway.publish([numbered('repeat', 1), numbered('repeat', 2, 1), again, aside, numbered('repeat', 3, 2)])
  await gateway.publish([chunk('repeat-mark', '|', { id: '1' })])
  await streamed(client, '1,2,3,|')
  client.abort()
})

test('a message that waits is not made to wait twice', async () => {
  const client = await open('twice')
  await gateway.publish([
    numbered('twice', 1),
    numbered('twice', 3, 2),
    chunk('twice', 'x,', { id: '3', 'prev-id': '2' }),
  ])
  await gateway.publish([numbered('twice', 2, 1), mark('twice')])
  await streamed(client, '1,2,3,|')
  client.abort()
})

test('of two messages that follow the same one, the second to come is dropped if it would have to wait', async () => {
  const client = await open('fork')
  await gateway.publish([numbered('fork', 1), numbered('fork', 3, 2), chunk('fork', 'x,', { id: 'x', 'prev-id': '2' })])
  await gateway.publish([chunk('fork', 'y,', { id: 'y', 'prev-id': 'x' }), numbered('fork', 2, 1), mark('fork')])
  await streamed(client, '1,2,3,|')
  client.abort()
})

test('what was published to nobody is known when it is repeated to somebody', async () => {
  await gateway.publish([numbered('known', 1)])
  await gateway.log.waitFor(/publish channel=known receivers=0$/)
  const client = await open('known')
  await gateway.publish([numbered('known', 1), numbered('known', 2), mark('known')])
  await streamed(client, '2,|')
  client.abort()
})

test('at most a hundred messages of a channel wait; one more, and the oldest goes out with what follows it', async () => {
  const client = await open('hundred')
  const waiting = Array.from({ length: 100 }, (_, index) => numbered('hundred', index + 3, index + 2))
  await gateway.publish([numbered('hundred', 1), ...waiting, mark('hundred')])
  await streamed(client, '1,|')
  await gateway.publish([numbered('hundred', 103, 102)])
  const others = Array.from({ length: 101 }, (_, index) => `${index + 3},`).join('')
  await streamed(client, `1,|${others}`)
  client.abort()
})

test('what waits is forgotten with the last subscription, and so is the place', async () => {
  const first = await open('left-alone')
  await gateway.publish([numbered('left-alone', 1), numbered('left-alone', 3, 2), mark('left-alone')])
  await streamed(first, '1,|')
  first.abort()
  await until(
    async () => {
      await gateway.publish([mark('left-alone')])
      return gateway.log.matching(/publish channel=left-alone-mark receivers=0$/).length > 0
    },
    () => `nobody held:\n${gateway.log.toString()}`,
  )
  const second = await open('left-alone', 2)
  await gateway.publish([numbered('left-alone', 6, 5), numbered('left-alone', 2, 1), mark('left-alone')])
  await streamed(second, '6,|')
  assert.doesNotMatch(second.pending, /3,/)
  second.abort()
})
