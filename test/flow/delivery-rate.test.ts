// GRIP 6.8: a limit of deliveries loses nothing.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Push } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { LIMIT, until } from '../support/until.ts'
import { holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'
import { tnet } from './tnet.ts'

type Item = Exclude<Parameters<typeof tnet>[0], null>

// One block each 25 milliseconds.
const handler = { message_rate: 40, message_hwm: 30, message_block_size: 10 }
const { gateway, backend } = await startBoth({ config: { handler } })
const push = new Push({ linger: 0, sendTimeout: LIMIT })
push.connect(gateway.pullSpec)
after(() => push.close())

function item(channel: string, content: string, size = 1): Item {
  return { channel, formats: { 'http-stream': { content }, 'http-response': { body: content } }, size }
}

function publish(...items: readonly Item[]): Promise<Response> {
  return fetch(`http://127.0.0.1:${gateway.publishPort}/publish/`, { method: 'POST', body: JSON.stringify({ items }) })
}

/** On a channel that nobody has, which costs nothing. */
async function isRefused(): Promise<boolean> {
  return (await publish(item('nobody', ''))).status === 503
}

test('the first messages go out at once, the others in their turn, all of them in order', async () => {
  backend.answer(stream('many'))
  const client = await holdOn(gateway, 'many')
  const contents = Array.from({ length: 25 }, (_, at) => `<${at}>`)
  assert.equal((await publish(...contents.map((content) => item('many', content)))).status, 200)
  const received = await client.until('<24>')
  assert.deepEqual(received.match(/<\d+>/g), contents)
  client.abort()
})

test('while more blocks wait than may, publishers over HTTP are told to come again, and those over ZeroMQ wait', async () => {
  backend.answer(stream('large'))
  const client = await holdOn(gateway, 'large')
  // The first one is sent, and the next one has to wait for two seconds until that is made up for.
  assert.equal((await publish(item('large', 'first,', 800))).status, 200)
  await client.until('first,')
  assert.equal((await publish(item('large', 'second,', 400))).status, 200)
  await until(isRefused, 'publishers to be refused')
  const refused = await publish(item('large', 'never,'))
  assert.deepEqual([refused.status, refused.headers.get('Retry-After')], [503, '1'])
  for (let at = 0; at < 20; at++) await push.send(tnet(item('large', `<${at}>`)))
  const received = await client.until('<19>')
  const content = received.slice(received.indexOf('first,')).replaceAll(/\r\n(?:[\da-f]+\r\n)?/g, '')
  assert.equal(content, `first,second,${Array.from({ length: 20 }, (_, at) => `<${at}>`).join('')}`)
  assert.equal(await isRefused(), false)
  const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  assert.match(await health.text(), /"message_hwm_reached":[1-9]/)
  client.abort()
})

test('what goes to many counts for each of them', async () => {
  backend.answer(longPoll('poll'))
  const clients = [await holdOn(gateway, 'poll')]
  for (let count = 2; count <= 40; count++) clients.push(await holdOn(gateway, 'poll', undefined, count))
  assert.equal((await publish(item('poll', 'for all'))).status, 200)
  await until(isRefused, 'publishers to be refused')
  for (const client of clients) assert.equal((await client.response()).body, 'for all')
  await until(async () => !(await isRefused()), 'room')
  for (const client of clients) client.abort()
})
