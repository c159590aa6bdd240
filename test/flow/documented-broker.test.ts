// The gateway connects to a broker that knows what is subscribed to, as Pushpin's example of one does it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { LIMIT } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'
import { tnet } from './tnet.ts'

const broker = new XPublisher({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
await broker.bind('tcp://127.0.0.1:*')
after(() => broker.close())
const { gateway, backend } = await startBoth({
  config: { handler: { push_in_sub_specs: String(broker.lastEndpoint), push_in_sub_connect: true } },
})

test('a broker hears of the first client of a channel, and what it sends reaches the client', async () => {
  backend.answer(stream('brokered'))
  const client = await holdOn(gateway, 'brokered', get('/'))
  const [subscription] = await broker.receive()
  assert.equal(String(subscription), '\x01brokered')
  // The channel is in the first frame, and not in the item.
  await broker.send(['brokered', tnet({ formats: { 'http-stream': { content: 'hello there\n' } } })])
  await streamed(client, 'hello there\n')
  client.abort()
})
