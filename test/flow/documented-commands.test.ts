// The commands of Pushpin as its own small programs send them: without an id, and without arguments.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Dealer, Request } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { askUntilClosed } from '../support/raw-client.ts'
import { LIMIT } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { answer, longPoll } from './origin-answer.ts'
import { tnet } from './tnet.ts'

const { gateway, backend } = await startBoth({ config: { handler: { update_on_first_subscription: false } } })

const options = { linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT }
const request = new Request(options)
request.connect(gateway.commandSpec)
after(() => request.close())

async function command(body: string): Promise<string> {
  await request.send(body)
  const [reply] = await request.receive()
  return String(reply)
}

test('get-zmq-uris tells programs where to publish', async () => {
  const value = { command: gateway.commandSpec, 'publish-pull': gateway.pullSpec, 'publish-sub': gateway.subSpec }
  const reply = await command('25:6:method,12:get-zmq-uris,}')
  assert.ok(reply.includes(tnet('success') + tnet(true)), reply)
  for (const [name, uri] of Object.entries(value)) assert.ok(reply.includes(tnet(name) + tnet(uri)), reply)
})

test('recover makes a long poll with a previous id ask its backend again', async () => {
  backend.answer(longPoll('poll; prev-id=1'))
  const client = await holdOn(gateway, 'poll', get('/poll'))
  backend.answer(answer([], 'recovered'))
  const reply = await command('19:6:method,7:recover,}')
  assert.ok(reply.includes(tnet('success') + tnet(true)), reply)
  assert.equal((await client.response()).body, 'recovered')
  client.abort()
})

test('recover over HTTP', async () => {
  backend.answer(longPoll('http-poll; prev-id=1'))
  const client = await holdOn(gateway, 'http-poll', get('/http-poll'))
  backend.answer(answer([], 'recovered'))
  const post = 'POST /recover/ HTTP/1.1\r\nHost: localhost:5561\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
  const reply = await askUntilClosed(gateway.publishPort, post)
  assert.ok(reply.startsWith('HTTP/1.1 200 OK\r\n') && reply.endsWith('\r\n\r\nUpdated\n'), reply)
  assert.equal((await client.response()).body, 'recovered')
  client.abort()
})

test('replies to many requests on one connection can be told apart by their ids', async () => {
  const dealer = new Dealer(options)
  dealer.connect(gateway.commandSpec)
  const ids = ['a', 'b', 'c']
  for (const id of ids) await dealer.send(['', tnet({ id, method: 'unknown', args: {} })])
  const replies: string[] = []
  for (const _ of ids) replies.push((await dealer.receive()).map(String).join('|'))
  assert.deepEqual(
    replies.toSorted(),
    ids.map((id) => `|${tnet({ id, success: false, condition: 'method-not-found' })}`),
  )
  dealer.close()
})
