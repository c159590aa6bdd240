import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { event } from '../support/websocket-over-http-backend.ts'
import { held } from './held.ts'
import { openOverHttp } from './open-over-http.ts'

const { gateway, backend } = await startBothForEvents({
  routes: ['prefixed.example,prefix=pre- BACKEND,over_http', 'implicit.example BACKEND,over_http,sub=implicit'],
})

function control(message: object): string {
  return event('TEXT', `c:${JSON.stringify(message)}`)
}

async function publish(...channels: string[]): Promise<void> {
  await gateway.publish(
    channels.map((channel) => ({ channel, formats: { 'ws-message': { content: `on ${channel}` } } })),
  )
}

test('a backend subscribes the client with its first answer, and what is published arrives', async () => {
  const events = control({ type: 'subscribe', channel: 'first' }) + event('TEXT', 'm:welcome')
  const { client } = await openOverHttp(gateway, backend, { events, answer: [GRIP] })
  assert.equal(await client.next(), 'text welcome')
  await held(gateway, 'first')
  await publish('first')
  assert.equal(await client.next(), 'text on first')
  assert.equal(backend.requests.length, 1)
})

test('GRIP stays on in later answers, which do not name it again', async () => {
  const { client } = await openOverHttp(gateway, backend, { answer: [GRIP] })
  client.sendText('hello')
  const request = await backend.next()
  assert.equal(request.body, 'TEXT 5\r\nhello\r\n')
  request.answer(
    event('TEXT', 'dropped') +
      control({ type: 'subscribe', channel: 'later' }) +
      event('TEXT', 'm:') +
      event('BINARY', 'm:\x01'),
  )
  assert.equal(await client.next(), 'text')
  assert.equal(await client.next(), 'binary 01')
  await held(gateway, 'later')
  await publish('later')
  assert.equal(await client.next(), 'text on later')
  client.sendText('leave')
  const end = control({ type: 'unsubscribe', channel: 'later' }) + control({ type: 'subscribe', channel: 'later-end' })
  ;(await backend.next()).answer(end)
  await held(gateway, 'later-end')
  await publish('later', 'later-end')
  assert.equal(await client.next(), 'text on later-end')
})

test('a prefix may be empty', async () => {
  const events = event('TEXT', 'hello') + control({ type: 'subscribe', channel: 'empty' })
  const { client } = await openOverHttp(gateway, backend, { events, answer: [`${GRIP}; message-prefix=""`] })
  assert.equal(await client.next(), 'text hello')
  await held(gateway, 'empty')
  await publish('empty')
  assert.equal(await client.next(), 'text on empty')
})

test('without GRIP a control message is a message', async () => {
  const events = event('TEXT', 'c:{}') + event('TEXT', 'm:x')
  const { client } = await openOverHttp(gateway, backend, { events })
  assert.equal(await client.next(), 'text c:{}')
  assert.equal(await client.next(), 'text m:x')
})

test('channels of a route with a prefix have it', async () => {
  const events = control({ type: 'subscribe', channel: 'news' })
  const { client } = await openOverHttp(gateway, backend, { host: 'prefixed.example', events, answer: [GRIP] })
  await held(gateway, 'pre-news')
  await publish('news', 'pre-news')
  assert.equal(await client.next(), 'text on pre-news')
})

test('a target may have channels', async () => {
  const { client } = await openOverHttp(gateway, backend, { host: 'implicit.example' })
  await held(gateway, 'implicit')
  await publish('implicit')
  assert.equal(await client.next(), 'text on implicit')
})

test('a publisher closes the WebSocket, and the backend hears of it', async () => {
  const events = control({ type: 'subscribe', channel: 'close' })
  const { client } = await openOverHttp(gateway, backend, { events, answer: [GRIP] })
  await held(gateway, 'close')
  await gateway.publish([
    { channel: 'close', formats: { 'ws-message': { action: 'close', code: 4000, reason: 'over' } } },
  ])
  assert.equal(await client.next(), 'close 4000 over')
  const request = await backend.next()
  assert.ok(['CLOSE\r\n', 'CLOSE 2\r\n\x03\xe8\r\n'].includes(request.body), request.body)
})

test('a detached WebSocket takes leave of its backend, and stays subscribed', async () => {
  const events = control({ type: 'subscribe', channel: 'detached' }) + control({ type: 'detach' })
  const { client } = await openOverHttp(gateway, backend, { events, answer: [GRIP] })
  const request = await backend.next()
  assert.match(request.body, /^(?:CLOSE|DISCONNECT)\b/)
  request.answer('CLOSE\r\n')
  client.sendText('to nobody')
  await publish('detached')
  assert.equal(await client.next(), 'text on detached')
  const other = await openOverHttp(gateway, backend)
  other.client.sendText('a')
  assert.equal((await backend.next()).body, 'TEXT 1\r\na\r\n')
})

test('a delayed message is sent when the backend says so', async () => {
  const events = control({ type: 'send-delayed', content: 'later', timeout: 3600 }) + event('TEXT', 'm:now')
  const { client } = await openOverHttp(gateway, backend, { events, answer: [GRIP] })
  assert.equal(await client.next(), 'text now')
  client.sendText('flush')
  ;(await backend.next()).answer(control({ type: 'flush-delayed' }))
  assert.equal(await client.next(), 'text later')
})
