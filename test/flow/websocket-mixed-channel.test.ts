import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { held, holdOn } from './held.ts'
import { openPair } from './open-pair.ts'
import { longPoll, stream } from './origin-answer.ts'

const webSockets = await startWebSocketBackend()
after(() => webSockets.stop())
const { gateway, backend } = await startBoth({
  condition: '*,proto=http',
  routes: [`*,proto=ws 127.0.0.1:${webSockets.port}`],
})

test('one message reaches a long poll, a stream and a WebSocket, each in its own form', async () => {
  backend.answer(longPoll('all'))
  const polling = await holdOn(gateway, 'all')
  backend.answer(stream('all'))
  const streaming = await holdOn(gateway, 'all', undefined, 2)
  webSockets.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'all' }))
  const { client } = await openPair(gateway, webSockets)
  await held(gateway, 'all', 3)

  const formats = {
    'http-response': { body: 'for the poll' },
    'http-stream': { content: 'for the stream' },
    'ws-message': { content: 'for the WebSocket' },
  }
  await gateway.publish([{ channel: 'all', formats }])
  assert.equal((await polling.response()).body, 'for the poll')
  await streaming.until('for the stream')
  assert.equal(await client.next(), 'text for the WebSocket')

  await gateway.publish([{ channel: 'all', formats: { 'ws-message': { action: 'close', code: 4000 } } }])
  assert.equal(await client.next(), 'close 4000')
  await gateway.publish([{ channel: 'all', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await streaming.response()).body, 'for the stream')
  polling.abort()
  streaming.abort()
  client.vanish()
})
