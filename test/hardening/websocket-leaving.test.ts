import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { openOverHttp } from '../flow/open-over-http.ts'
import { openPair } from '../flow/open-pair.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { event, startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'

const http = await startWebSocketOverHttpBackend()
after(() => http.stop())
const { gateway, backend } = await startBothForWebSockets({
  routes: [`http.example 127.0.0.1:${http.port},over_http`],
})

// What the handler wants of publishers tells from outside what it is subscribed to.
const publisher = new XPublisher({ linger: 0 })
const wanted = new Set<string>()
publisher.connect(gateway.subSpec)
void (async () => {
  for await (const [frame] of publisher) {
    if (frame === undefined) continue
    if (frame[0] === 1) wanted.add(frame.toString('utf8', 1))
    else wanted.delete(frame.toString('utf8', 1))
  }
})()
after(() => publisher.close())

async function assertOnly(channel: string): Promise<void> {
  await until(
    () => wanted.has(channel),
    () => `${channel} to be subscribed; there are ${[...wanted].join()}`,
  )
  assert.deepEqual([...wanted], [channel])
}

/** Hostile: every client could leave a channel of its own behind. */
test('a backend that subscribes a client which has said close leaves no subscription', async () => {
  backend.accept([GRIP])
  const { client, server } = await openPair(gateway, backend)
  client.close(1000)
  assert.equal(await server.next(), 'close 1000')
  server.control({ type: 'subscribe', channel: 'late' })
  server.close(1000)
  await client.closed()
  const next = await openPair(gateway, backend)
  next.server.control({ type: 'subscribe', channel: 'after' })
  await assertOnly('after')
  next.client.vanish()
  await until(() => wanted.size === 0, 'no subscription')
})

test('nor does one that is spoken to over HTTP', async () => {
  const answer = ['Sec-WebSocket-Extensions: grip; message-prefix=""']
  const { client } = await openOverHttp(gateway, http, { host: 'http.example', answer })
  client.close(1000)
  const request = await http.next()
  request.answer(event('TEXT', 'c:{"type":"subscribe","channel":"late"}') + event('CLOSE', '\x03\xe8'))
  assert.equal(await client.next(), 'close 1000')
  client.vanish()
  const events = event('TEXT', 'c:{"type":"subscribe","channel":"after"}')
  const next = await openOverHttp(gateway, http, { host: 'http.example', answer, events })
  await assertOnly('after')
  next.client.vanish()
  const last = await http.next()
  assert.deepEqual(last.events, ['DISCONNECT'])
  last.answer()
  await until(() => wanted.size === 0, 'no subscription')
})
