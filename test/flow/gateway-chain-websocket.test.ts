import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { refusedWebSocket, openWebSocket } from '../support/websocket-client.ts'
import { ask } from '../support/raw-client.ts'
import { verifiedClaims } from '../support/token.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { event, startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import type { EventRequest } from '../support/websocket-over-http-backend.ts'
import { startChain } from './gateway-chain.ts'
import { held } from './held.ts'

const backend = await startWebSocketBackend()
const events = await startWebSocketOverHttpBackend()
const eventsAt = `127.0.0.1:${events.port}`
const { outer, inner, stop } = await startChain(
  backend.port,
  { routes: ['* NEXT', 'outer-posts.example NEXT,over_http'] },
  {
    routes: [
      '* NEXT',
      `inner-posts.example ${eventsAt},over_http`,
      `outer-posts.example ${eventsAt},over_http`,
      'sub.example NEXT,sub=implicit',
    ],
  },
)
beforeEach(() => {
  backend.reset()
  events.reset()
})
after(async () => {
  await stop()
  await backend.stop()
  await events.stop()
})

async function publish(channel: string, content: string): Promise<void> {
  await outer.publish([{ channel, formats: { 'ws-message': { content } } }])
}

test('the backend controls the outer gateway through the inner one', async () => {
  backend.accept([`${GRIP}; message-prefix="to:"`], (connection) => {
    connection.control({ type: 'subscribe', channel: 'a' })
    connection.sendText('to:hello')
    connection.sendText('dropped')
  })
  const client = await openWebSocket(outer.port)
  const connection = await backend.next()
  assert.equal(verifiedClaims(connection.values('grip-sig')[0] ?? '', 'outer-key')['iss'], 'outer')
  assert.deepEqual(connection.values('sec-websocket-extensions'), ['grip'])
  assert.deepEqual(client.response.values('sec-websocket-extensions'), [])
  await held(outer, 'a')
  assert.equal(await client.next(), 'text hello')
  await inner.publish([{ channel: 'a', formats: { 'ws-message': { content: 'wrong' } } }])
  await inner.log.waitFor(/publish channel=a receivers=0/)
  await publish('a', 'right')
  assert.equal(await client.next(), 'text right')
  client.sendText('up')
  assert.equal(await connection.next(), 'text up')
  client.vanish()
})

test('what the inner gateway publishes to its own channels comes to clients of the outer one as the backend would say it', async () => {
  backend.accept([`${GRIP}; message-prefix=""`])
  const client = await openWebSocket(outer.port, '/', { host: 'sub.example' })
  await held(inner, 'implicit')
  await inner.publish([{ channel: 'implicit', formats: { 'ws-message': { content: 'from inside' } } }])
  assert.equal(await client.next(), 'text from inside')
  client.vanish()
})

test('a refusal passes both', async () => {
  backend.answer('HTTP/1.1 403 Forbidden\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nno')
  const response = await refusedWebSocket(outer.port)
  assert.equal(response.code, 403)
  assert.equal(response.body, 'no')
})

/** A handshake, and the first request that the backend gets for it. */
async function opening(
  host: string,
  answer: readonly string[],
  content: string,
): Promise<[ReturnType<typeof openWebSocket>, EventRequest]> {
  const client = openWebSocket(outer.port, '/ws', { host })
  const open = await events.next()
  assert.deepEqual(open.events, ['OPEN'])
  open.answer(`OPEN\r\n${content}`, answer)
  return [client, open]
}

for (const [who, host] of [
  ['the inner', 'inner-posts.example'],
  ['the outer', 'outer-posts.example'],
] as const) {
  test(`a backend that is asked over HTTP by ${who} gateway controls the outer one`, async () => {
    const subscribe = event('TEXT', `c:${JSON.stringify({ type: 'subscribe', channel: host })}`)
    const [opened, open] = await opening(
      host,
      [`${GRIP}; message-prefix="to:"`, 'X-A: 1'],
      subscribe + event('TEXT', 'to:hi'),
    )
    assert.equal(verifiedClaims(open.value('grip-sig') ?? '', 'outer-key')['iss'], 'outer')
    const client = await opened
    assert.deepEqual(client.response.values('x-a'), ['1'])
    assert.deepEqual(client.response.values('sec-websocket-extensions'), [])
    await held(outer, host)
    assert.equal(await client.next(), 'text hi')
    await publish(host, 'published')
    assert.equal(await client.next(), 'text published')
    client.sendText('up')
    const request = await events.next()
    assert.deepEqual(request.events, ['TEXT up'])
    assert.equal(verifiedClaims(request.value('grip-sig') ?? '', 'outer-key')['iss'], 'outer')
    request.answer(event('TEXT', 'to:down'))
    assert.equal(await client.next(), 'text down')
    client.vanish()
  })
}

test('without GRIP a backend that the inner gateway asks over HTTP says what it says', async () => {
  const [opened] = await opening('inner-posts.example', [], event('TEXT', 'c:{"type":"detach"}'))
  const client = await opened
  assert.equal(await client.next(), 'text c:{"type":"detach"}')
  client.vanish()
})

test('only a gateway may post events to what the inner one asks over HTTP', async () => {
  const lines = ['POST /ws HTTP/1.1', 'Host: outer-posts.example', 'Content-Type: application/websocket-events']
  const response = await ask(inner.port, [...lines, 'Content-Length: 6', '', 'OPEN\r\n'].join('\r\n'))
  assert.equal(response.code, 403)
})
