// GRIP 9.1: what `report` packets say of the bytes and messages of WebSockets.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { handshake } from '../support/websocket-client.ts'
import { event, startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { held } from './held.ts'
import { openOverHttp } from './open-over-http.ts'
import { openPair } from './open-pair.ts'
import { headOf, startReporting } from './traffic-reports.ts'

const webSockets = await startWebSocketBackend()
const events = await startWebSocketOverHttpBackend()
after(async () => {
  await webSockets.stop()
  await events.stop()
})
beforeEach(() => {
  webSockets.reset()
  events.reset()
})

const { gateway, reports } = await startReporting([
  `*,path_beg=/ws,id=ws 127.0.0.1:${webSockets.port}`,
  `*,path_beg=/tunnel,id=tunnel 127.0.0.1:${webSockets.port}`,
  `*,path_beg=/raw,id=raw,no_grip 127.0.0.1:${webSockets.port}`,
  `*,path_beg=/sockjs,sockjs=/sockjs,id=sockjs 127.0.0.1:${webSockets.port}`,
  `*,path_beg=/over,id=over 127.0.0.1:${events.port},over_http`,
])

async function metrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${gateway.publishPort}/metrics`)).text()
}

test('a WebSocket has messages, and no prefix of GRIP on the side of its client', async () => {
  webSockets.accept([GRIP])
  const { client, server } = await openPair(gateway, webSockets, '/ws')
  server.control({ type: 'subscribe', channel: 'ws' })
  await held(gateway, 'ws')
  client.sendFrame({ fin: false, payload: 'one,' })
  client.sendFrame({ opcode: 0, payload: 'two' })
  client.ping('p')
  assert.equal(await server.next(), 'text one,+')
  server.sendText('m:hello')
  assert.equal(await client.next(), 'text hello')
  await gateway.publish([{ channel: 'ws', formats: { 'ws-message': { content: 'published' } } }])
  assert.equal(await client.next(), 'text published')
  server.control({ type: 'keep-alive', content: 'alive', timeout: 1 })
  assert.equal(await client.next(), 'text alive')
  client.close(1000)
  server.close(1000)
  await client.closed()
  const control =
    '{"type":"subscribe","channel":"ws"}'.length + '{"type":"keep-alive","content":"alive","timeout":1}'.length
  await reports.become('ws', {
    client: [handshake('/ws').length, client.response.bytes.length, 8, 5 + 9 + 5, 2, 3],
    server: [server.acceptance([GRIP]).length, server.bytes.length, 7 + 4 + control, 8, 3, 2],
  })
})

for (const [path, kind] of [
  ['/tunnel', 'whose backend does not know GRIP'],
  ['/raw', 'that is passed through'],
] as const) {
  test(`a WebSocket ${kind} has bytes`, async () => {
    webSockets.accept()
    const { client, server } = await openPair(gateway, webSockets, path, { early: Buffer.alloc(100) })
    client.sendText('hello')
    server.sendText('hi')
    assert.equal(await client.next(), 'text hi')
    client.vanish()
    await server.closed()
    // With the head of a frame, and the mask of a client.
    await reports.become(path.slice(1), {
      client: [handshake(path).length, client.response.bytes.length, 100 + 6 + 5, 2 + 2, 0, 0],
      server: [server.acceptance().length, server.bytes.length, 2 + 2, 100 + 6 + 5, 0, 0],
    })
  })
}

test('a WebSocket over HTTP has requests and messages', async () => {
  const { client, open } = await openOverHttp(gateway, events, { path: '/over' })
  client.sendText('hello')
  const message = await events.next()
  assert.deepEqual(message.events, ['TEXT hello'])
  message.answer(event('TEXT', 'hi'))
  assert.equal(await client.next(), 'text hi')
  client.vanish()
  const end = await events.next()
  end.answer()
  await until(
    async () => (await metrics()).includes('\nbackend_seconds_count{route="over"} 3\n'),
    'the time of each request',
  )
  assert.ok((await metrics()).includes('\naccept_seconds_count{route="over"} 1\n'))
  const requests = [open, message, end].map(({ request }) => request)
  const sent = requests.reduce((sum, { bytes }) => sum + headOf(bytes), 0)
  // OPEN, TEXT and DISCONNECT each with their line ends.
  await reports.become('over', {
    client: [handshake('/over').length, client.response.bytes.length, 5, 2, 1, 1],
    server: [82 + 83 + 82, sent, 6 + 12, 6 + 15 + 12, 1, 1],
  })
})

function post(path: string, body = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

test('a session of SockJS is a WebSocket, whatever brings its messages', async () => {
  webSockets.accept([GRIP])
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr'))).body, 'o\n')
  const server = await webSockets.next()
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr_send', '["hello"]'))).body, 'ok')
  assert.equal(await server.next(), 'text hello')
  server.sendText('m:hi')
  assert.equal((await ask(gateway.port, post('/sockjs/0/s/xhr'))).body, 'a["hi"]\n')
  await until(() => reports.of('sockjs')[4] === 1 && reports.of('sockjs')[5] === 1, 'a message each way')
  assert.deepEqual(reports.of('sockjs').slice(2, 6), [5, 2, 1, 1])
  assert.deepEqual(reports.of('sockjs').slice(8), [4, 5, 1, 1])
  server.vanish()
})
