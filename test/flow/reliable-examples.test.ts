import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startExample } from '../support/example.ts'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { get } from './held.ts'

const [feedPort = 0, pollPort = 0] = await freePorts(2)
const gateway = await startGateway({
  routes: [`*,path_beg=/feed 127.0.0.1:${feedPort}`, `*,path_beg=/poll 127.0.0.1:${pollPort}`],
  config: { handler: { message_wait: 1 } },
})
const publishUrl = `http://127.0.0.1:${gateway.publishPort}`
const feed = await startExample('reliable-feed.mjs', feedPort, publishUrl)
const poll = await startExample('reliable-poll.mjs', pollPort, publishUrl)
after(async () => {
  await gateway.stop()
  await feed.stop()
  await poll.stop()
})

function post(path: string, text: string): Promise<unknown> {
  return ask(gateway.port, `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
}

test('a feed goes on where a message was lost on its way: the gateway asks the backend for it (GRIP 6.5)', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send(get('/feed'))
  await client.until('\r\n\r\n')
  await post('/feed', 'one')
  await client.until('id: 1\ndata: one\n\n')
  // As if those from 2 to 8 had been lost: this one does not follow.
  const ahead = { channel: 'feed', id: '9', 'prev-id': '8', formats: { 'http-stream': { content: 'not this way' } } }
  await fetch(`${publishUrl}/publish/`, { method: 'POST', body: JSON.stringify({ items: [ahead] }) })
  await gateway.log.waitFor(/GET http:\/\/localhost\/feed code=200 0$/)
  await post('/feed', 'two')
  const bytes = await client.until('id: 2\ndata: two\n\n')
  assert.equal(bytes.includes('not this way'), false)
  client.abort()
})

test('a browser that comes back to the feed gets what it missed', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('GET /feed HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n')
  const bytes = await client.until('data: two\n\n')
  assert.equal(bytes.includes('data: one'), false)
  client.abort()
})

test('a long poll is asked again when something was published between its answer and its hold (GRIP 6.4)', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send(get('/poll?after=0'))
  await gateway.log.waitFor(/subscribe http:\/\/localhost\/poll\?after=0 channel=items$/)
  await post('/poll', 'first')
  assert.deepEqual(JSON.parse((await client.response()).body), { items: ['first'], last: 1 })
  client.send(get('/poll?after=0'))
  assert.deepEqual(JSON.parse((await client.response()).body), { items: ['first'], last: 1 })
  client.abort()
})
