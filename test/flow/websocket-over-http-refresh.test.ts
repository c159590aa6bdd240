import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Request } from 'zeromq'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { LIMIT } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { event } from '../support/websocket-over-http-backend.ts'
import { held } from './held.ts'
import type { Opened } from './open-over-http.ts'
import { openOverHttp } from './open-over-http.ts'
import { tnet } from './tnet.ts'

const { gateway, backend } = await startBothForEvents()

const commands = new Request({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
commands.connect(gateway.commandSpec)
after(() => commands.close())

async function refresh(args: Record<string, string>): Promise<string> {
  await commands.send(Buffer.from(tnet({ id: '7', method: 'refresh', args }), 'latin1'))
  const [reply] = await commands.receive()
  return String(reply)
}

// The order of a dictionary's keys is free, and these are all it has.
const DONE = /^37:(?=.*2:id,1:7,)(?=.*7:success,4:true!)(?=.*5:value,0:~).*}$/

async function openOn(channel: string): Promise<Opened> {
  const events = event('TEXT', `c:{"type":"subscribe","channel":"${channel}"}`)
  const opened = await openOverHttp(gateway, backend, { events, answer: [GRIP] })
  await held(gateway, channel)
  return opened
}

const ways: [what: string, channel: string, refresh: (cid: string) => Promise<void>][] = [
  [
    'a publisher',
    'published',
    () => gateway.publish([{ channel: 'published', formats: { 'ws-message': { action: 'refresh' } } }]),
  ],
  ['a command for its channel', 'commanded', async () => assert.match(await refresh({ channel: 'commanded' }), DONE)],
  ['a command for its id', 'identified', async (cid) => assert.match(await refresh({ cid }), DONE)],
]

for (const [what, channel, ask] of ways) {
  test(`${what} makes the gateway ask the backend for news`, async () => {
    const { client, open } = await openOn(channel)
    await ask(open.value('connection-id') ?? '')
    const request = await backend.next()
    assert.equal(request.body, '')
    assert.equal(request.value('content-length'), '0')
    assert.equal(request.value('content-type'), 'application/websocket-events')
    assert.equal(request.value('connection-id'), open.value('connection-id'))
    request.answer(event('TEXT', 'm:news'))
    assert.equal(await client.next(), 'text news')
  })
}

test('a refresh while a request is in progress is made after it', async () => {
  const { client, open } = await openOn('busy')
  client.sendText('a')
  const first = await backend.next()
  assert.match(await refresh({ cid: open.value('connection-id') ?? '' }), DONE)
  assert.equal(backend.requests.length, 2)
  first.answer()
  const second = await backend.next()
  assert.equal(second.body, '')
  second.answer(event('TEXT', 'm:news'))
  assert.equal(await client.next(), 'text news')
})

test('an id that nobody has cannot be refreshed', async () => {
  const reply = await refresh({ cid: 'nobody' })
  assert.match(reply, /^57:(?=.*2:id,1:7,)(?=.*7:success,5:false!)(?=.*9:condition,14:item-not-found,).*}$/)
})

test('only the connections of the channel are asked', async () => {
  const { open } = await openOn('chosen')
  await openOn('not-chosen')
  assert.match(await refresh({ channel: 'chosen' }), DONE)
  assert.equal((await backend.next()).value('connection-id'), open.value('connection-id'))
  assert.equal(backend.requests.length, 3)
})
