import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { packet, PollingClient, startSocketPush } from '../support/socket-push.ts'
import { until } from '../support/until.ts'
import { GRIP, startWebSocketBackend } from '../support/websocket-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held, holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'

const webSockets = await startWebSocketBackend()
after(() => webSockets.stop())
const push = await startSocketPush({ prefix: 'sp:' }, { proxy: { client_queue_max: 65_536 } }, 2)
const { gateway, backend } = push

test('what is published over HTTP reaches a user, and what a user is sent reaches streams and long polls', async () => {
  const client = await push.connectAs(1)
  const polling = await PollingClient.connect(push.port)
  await polling.post(packet('{"userId":1,"hash":"test1"}'))
  assert.match(await polling.poll(), /Authorized as 1/)
  await push.call('/channel/subscribe/1/news')

  backend.answer(stream('sp:news'))
  const streaming = await holdOn(gateway, 'sp:news')
  backend.answer(longPoll('sp:user:1'))
  const longPolling = await holdOn(gateway, 'sp:user:1')

  await push.call('/channel/publish/news/%7B%22a%22%3A1%7D')
  assert.equal(await client.next(), 'text ~m~10~m~~j~{"a":1}')
  assert.equal(await polling.poll(), '~m~10~m~~j~{"a":1}')
  await streaming.until('{"a":1}')
  await push.call('/user/publish/1/%22only+you%22')
  assert.equal(await client.next(), 'text ~m~8~m~only+you')
  assert.equal((await longPolling.response()).body, 'only+you')
  assert.equal(await polling.poll(), '~m~8~m~only+you')

  await gateway.publish([
    { channel: 'sp:news', formats: { 'ws-message': { content: 'plain' } } },
    { channel: 'sp:news', formats: { 'ws-message': { content: '{"b":2}' } } },
    { channel: 'sp:news', meta: { 'content-type': 'text/plain' }, formats: { 'ws-message': { content: '{"c":3}' } } },
    { channel: 'sp:news', formats: { 'http-stream': { content: '{not JSON' } } },
    { channel: 'sp:news', formats: { 'http-stream': { action: 'close' } } },
    {
      channel: 'sp:user:1',
      meta: { 'content-type': 'application/json' },
      formats: { 'ws-message': { content: '"quoted"' } },
    },
  ])
  const units = ['~m~5~m~plain', '~m~10~m~~j~{"b":2}', '~m~7~m~{"c":3}', '~m~9~m~{not JSON', '~m~6~m~quoted']
  for (const unit of units) assert.equal(await client.next(), `text ${unit}`)
  let came = ''
  while (came.length < units.join('').length) came += await polling.poll()
  assert.equal(came, units.join(''))
  streaming.abort()
  longPolling.abort()
  client.vanish()
})

test('a WebSocket of a backend gets what is published through the door', async () => {
  webSockets.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'sp:mixed' }))
  await writeFile(gateway.routesFile, `*,proto=ws 127.0.0.1:${webSockets.port}\n* 127.0.0.1:${backend.port}\n`)
  // By both workers, at the start and now.
  await gateway.log.waitForMore(/routes loaded with/, 3)
  const client = await openWebSocket(gateway.port, '/')
  await held(gateway, 'sp:mixed')
  await push.call('/channel/publish/mixed/%7B%22a%22%3A1%7D')
  assert.equal(await client.next(), 'text {"a":1}')
  client.vanish()
})

/** Log lines of the users that were too slow. */
function cut(): string[] {
  return gateway.log.matching(/socket-push user (?:11|12): client too slow, cut with/)
}

function event(socket: Socket, name: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve))
}

for (const transport of ['websocket', 'polling']) {
  test(`a client of today's Socket.IO is a user like any other, over ${transport}`, async () => {
    await push.call('/auth/set/5/fifth')
    const socket = io(`http://127.0.0.1:${push.port}`, { transports: [transport], forceNew: true, reconnection: false })
    const messages: unknown[] = []
    socket.on('message', (message) => messages.push(message))
    try {
      await event(socket, 'connect')
      socket.send('not JSON')
      await until(() => messages.length === 1, 'an answer')
      socket.send({ userId: 5, hash: 'fifth' })
      await until(() => messages.length === 2, 'an answer')
      await push.call('/channel/subscribe/5/modern')
      await push.call('/channel/publish/modern/%7B%22a%22%3A%22%C3%BC%22%7D')
      await push.call('/user/publish/5/%5B1%2C2%5D')
      await push.call('/user/publish/5/7')
      await until(
        () => messages.length === 5,
        () => JSON.stringify(messages),
      )
      assert.deepEqual(messages, [{ error: 'Auth failed' }, { auth: 'Authorized as 5' }, { a: 'ü' }, [1, 2], 7])
      const closed = event(socket, 'disconnect')
      await push.call('/user/remove/5')
      await closed
    } finally {
      socket.disconnect()
    }
  })
}

test('a wrong client of today is told why before it is disconnected', async () => {
  const socket = io(`http://127.0.0.1:${push.port}`, { transports: ['websocket'], forceNew: true, reconnection: false })
  await event(socket, 'connect')
  const answered = event(socket, 'message')
  const closed = event(socket, 'disconnect')
  socket.send('{"userId":1,"hash":"wrong"}')
  assert.deepEqual(await answered, { error: "You're not authorized" })
  await closed
})

test('users that do not read are cut, and the others get everything in order', { timeout: 100_000 }, async () => {
  const [fast, stopped] = [await push.connectAs(10), await push.connectAs(11)]
  for (const user of [10, 11, 12]) await push.call(`/channel/subscribe/${user}/flood`)
  await push.call('/auth/set/12/test12')
  const polling = await PollingClient.connect(push.port)
  await polling.post(packet('{"userId":12,"hash":"test12"}'))
  await polling.poll()
  stopped.socket.pause()
  const content = 'x'.repeat(30_000)
  for (let sent = 0; sent < 100 || cut().length < 2; sent++) {
    await gateway.publish([{ channel: 'sp:flood', formats: { 'ws-message': { content: `${sent} ${content}` } } }])
    assert.equal(
      (await fast.next()).replace(/x+$/, ''),
      `text ~m~${content.length + String(sent).length + 1}~m~${sent} `,
    )
  }
  await polling.cut()
  let counts: Record<string, number> = {}
  await until(
    async () => {
      const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
      counts = ((await health.json()) as { counts: typeof counts }).counts
      return counts['socket_push_cut'] === 2
    },
    () => JSON.stringify(counts),
  )
  assert.ok((counts['socket_push_accepted'] ?? 0) >= 8, JSON.stringify(counts))
  assert.ok((counts['socket_push_published'] ?? 0) >= 9, JSON.stringify(counts))
  assert.match((await push.call('/user/listAll'))[1], /^\[(?:"1",)?"10"\]$/)
  fast.vanish()
  stopped.vanish()
})
