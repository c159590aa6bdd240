import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { freePorts } from '../support/free-ports.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { MsgbusPort } from '../support/msgbus.ts'
import { RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { LIMIT, until } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { get, held } from './held.ts'
import { openPair } from './open-pair.ts'
import { longPoll, stream } from './origin-answer.ts'
import { tnet } from './tnet.ts'

const [port = 0] = await freePorts(1)
const http = await startBackend()
const { gateway, backend } = await startBothForWebSockets({
  workers: 2,
  routes: [`*,path_beg=/http 127.0.0.1:${http.port}`],
  config: { msgbus: { port, prefix: 'mb/' }, handler: { subscription_linger: 0 } },
})
after(() => http.stop())
const door = new MsgbusPort(port)

const HEAD = /^[^]*?\r\n\r\n--00MsgBus00\n/

async function parts(client: RawClient, until: string): Promise<string> {
  return (await client.until(until)).replace(HEAD, '')
}

/** A client of the main port that is held. */
async function holdOn(answer: string, channel: string): Promise<RawClient> {
  http.answer(answer)
  const client = await RawClient.connect(gateway.port)
  client.send(get('/http'))
  await held(gateway, channel)
  return client
}

test('what is published here reaches streams, long polls and WebSockets of the same channel, after the prefix', async () => {
  const held = [await holdOn(stream('mb/a'), 'mb/a'), await holdOn(longPoll('mb/b'), 'mb/b')]
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel: 'mb/a' }))
  const { client } = await openPair(gateway, backend)
  await until(() => gateway.log.matching(/subscribe .*channel=mb\/a$/).length === 2, 'the WebSocket')

  assert.equal(await door.publish('/msgbus/a', 'a text'), 204)
  assert.equal(await door.publish('/msgbus/a', '\0\xff', ['Content-Type: a/b']), 204)
  assert.equal(await door.publish('/msgbus/b', '<p>', ['Content-Type: text/html']), 204)
  assert.deepEqual([await client.next(), await client.next()], ['text a text', 'binary 00ff'])
  const [streaming, polling] = held as [RawClient, RawClient]
  assert.ok((await streaming.until('\xff')).endsWith('6\r\na text\r\n2\r\n\0\xff\r\n'))
  const response = await polling.response()
  assert.deepEqual([response.code, response.body, response.values('content-type')], [200, '<p>', ['text/html']])
  for (const one of held) one.abort()
  client.socket.destroy()
})

test('what others publish comes with its type and sender, and what it says to no client is left out', async () => {
  const subscriber = await door.subscriber('/msgbus/c')
  await gateway.publish([
    { channel: 'mb/c', formats: { 'http-stream': { action: 'close' } } },
    { channel: 'mb/c', formats: { 'http-stream': { content: 'streamed' } } },
    { channel: 'c', formats: { 'http-stream': { content: 'without the prefix' } } },
    { channel: 'mb/c', formats: { 'ws-message': { 'content-bin': 'AP8=' } } },
    {
      channel: 'mb/c',
      meta: { 'content-type': 'a/b\r\nX: y', sender: 'j\noe' },
      formats: { 'http-response': { body: 'end' } },
    },
  ])
  assert.equal(
    await parts(subscriber, 'end--00MsgBus00\n'),
    'Content-Type: text/plain\nContent-Length: 8\n\nstreamed--00MsgBus00\n' +
      'Content-Type: application/octet-stream\nContent-Length: 2\n\n\0\xff--00MsgBus00\n' +
      'From: j oe\nContent-Type: a/b  X: y\nContent-Length: 3\n\nend--00MsgBus00\n',
  )
  subscriber.abort()
})

const publish = (channel: string, content: string): Promise<void> =>
  gateway.publish([{ channel, formats: { 'http-stream': { content } } }])

const part = (channel: string, content: string): string =>
  `Content-Location: /msgbus/${channel}\nContent-Type: text/plain\nContent-Length: ${content.length}\n\n${content}--00MsgBus00\n`

test('the root gets what others publish below the prefix, whichever worker it is in', async () => {
  const roots = await Promise.all(Array.from({ length: 8 }, () => door.subscriber('/msgbus/')))
  const own = await door.subscriber('/msgbus/d')
  await publish('other', 'not below it')
  await publish('mb/d', 'one')
  await publish('mb/x y?\n#é', 'two')
  await door.publish('/msgbus/d', 'three')
  const all = part('d', 'one') + part('x%20y%3f%0a%23\xc3\xa9', 'two') + part('d', 'three')
  for (const root of roots) {
    assert.equal(await parts(root, 'three--00MsgBus00\n'), all)
    root.abort()
  }
  assert.ok(!(await own.until('three--00MsgBus00\n')).includes('Content-Location'))
  own.abort()
})

async function channels(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  return ((await response.json()) as { channels: number }).channels
}

test('for the root a ZeroMQ publisher is asked for all channels, and only while there is one', async () => {
  // What the tests before have left would be asked for, too.
  await until(async () => (await channels()) === 0, 'no subscriptions')
  const publisher = new XPublisher({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
  publisher.connect(gateway.subSpec)
  after(() => publisher.close())
  const root = await door.subscriber('/msgbus/')
  const wanted = async (): Promise<string> => (await publisher.receive())[0]?.toString('latin1') ?? ''
  assert.equal(await wanted(), '\x01')
  await publisher.send(['mb/e', tnet({ channel: 'mb/e', formats: { 'http-stream': { content: 'zmq' } } })])
  assert.equal(
    await parts(root, 'zmq--00MsgBus00\n'),
    'Content-Location: /msgbus/e\nContent-Type: text/plain\nContent-Length: 3\n\nzmq--00MsgBus00\n',
  )
  root.abort()
  assert.equal(await wanted(), '\0')
})

test('after the last root subscriber nobody receives what has no subscribers of its own', async () => {
  const root = await door.subscriber('/msgbus/')
  root.abort()
  await until(async () => {
    await door.publish('/msgbus/nobody', 'x')
    return gateway.log.matching(/publish channel=mb\/nobody receivers=0/).length > 0
  }, 'no receivers')
})
