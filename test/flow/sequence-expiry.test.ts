// GRIP 6.1 and 6.2: what ends by itself.
import { after, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { startGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { holdOn } from './held.ts'
import { chunk, numbered } from './items.ts'
import { stream } from './origin-answer.ts'
import { bodySoFar, streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  config: { handler: { message_wait: 1000, id_cache_ttl: 1 } },
})
const remembersNothing = await startGateway({
  routes: [`* 127.0.0.1:${backend.port}`],
  config: { handler: { id_cache_ttl: 0 } },
})
after(() => remembersNothing.stop())

test('a message whose predecessor never comes is delivered after message_wait, and is then the last one', async () => {
  backend.answer(stream('mark, gap'))
  const client = await holdOn(gateway, 'gap')
  await gateway.publish([numbered('gap', 1), numbered('gap', 3, 2), chunk('mark', '|')])
  await streamed(client, '1,|3,')
  await gateway.publish([numbered('gap', 4, 3)])
  await streamed(client, '1,|3,4,')
  client.abort()
})

test('what has waited too long goes out in the order it came, each with what follows it', async () => {
  backend.answer(stream('gaps'))
  const client = await holdOn(gateway, 'gaps')
  for (const [id = 0, previous] of [[1], [10, 9], [5, 4], [12, 11], [11, 10]]) {
    await gateway.publish([numbered('gaps', id, previous)])
  }
  await streamed(client, '1,10,11,12,5,')
  client.abort()
})

test('a predecessor that comes too late is no longer the one to wait for', async () => {
  backend.answer(stream('late'))
  const client = await holdOn(gateway, 'late')
  await gateway.publish([numbered('late', 1), numbered('late', 3, 2)])
  await streamed(client, '1,3,')
  await gateway.publish([numbered('late', 2, 1), numbered('late', 4, 3)])
  await streamed(client, '1,3,4,2,')
  client.abort()
})

test('an id is forgotten after its time, however often it was repeated meanwhile', async () => {
  backend.answer(stream('ids'))
  const client = await holdOn(gateway, 'ids')
  await until(
    async () => {
      await gateway.publish([chunk('ids', 'x', { id: '1' })])
      return bodySoFar(client) === 'xx'
    },
    () => `the id to be forgotten: ${client.pending}`,
  )
  client.abort()
})

test('with id_cache_ttl=0 no id is remembered', async () => {
  backend.answer(stream('off'))
  const client = await holdOn(remembersNothing, 'off')
  await remembersNothing.publish([chunk('off', 'x', { id: '1' }), chunk('off', 'x', { id: '1' }), chunk('off', 'y')])
  await streamed(client, 'xxy')
  client.abort()
})
