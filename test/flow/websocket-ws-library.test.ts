import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { startGateway } from '../support/gateway.ts'
import { within } from '../support/until.ts'

// Both ends are the library that most applications use; it checks what the gateway sends them.
const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: true,
  handleProtocols: (protocols) => [...protocols].at(-1) ?? false,
  verifyClient: ({ req }, answer) => answer(req.url !== '/refused', 401, 'refused', { 'X-Why': 'no password' }),
})
await once(server, 'listening')
server.on('connection', (webSocket) => {
  webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
})
const gateway = await startGateway({ routes: [`* 127.0.0.1:${(server.address() as AddressInfo).port}`] })
after(async () => {
  await gateway.stop()
  for (const webSocket of server.clients) webSocket.terminate()
  server.close()
})

async function open(protocols: string[] = []): Promise<WebSocket> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, protocols, { perMessageDeflate: true })
  await within(once(webSocket, 'open'), 'an open WebSocket')
  return webSocket
}

async function echo(webSocket: WebSocket, message: string | Buffer): Promise<[Buffer, boolean]> {
  const answer = once(webSocket, 'message')
  webSocket.send(message)
  return (await within(answer, 'an echo')) as [Buffer, boolean]
}

test('the ws library talks to itself through the gateway, uncompressed', async () => {
  const webSocket = await open(['first', 'second'])
  assert.equal(webSocket.protocol, 'second')
  assert.equal(webSocket.extensions, '')
  for (const text of ['', 'grüße 🙂', 'x'.repeat(20_000)]) {
    const [data, isBinary] = await echo(webSocket, text)
    assert.deepEqual([data.toString(), isBinary], [text, false])
  }
  const [data, isBinary] = await echo(webSocket, Buffer.of(0, 255))
  assert.deepEqual([data, isBinary], [Buffer.of(0, 255), true])
  const pong = once(webSocket, 'pong')
  webSocket.ping()
  await within(pong, 'a pong')
  const closed = once(webSocket, 'close')
  webSocket.close(4000, 'bye')
  const [code, reason] = (await within(closed, 'the end')) as [number, Buffer]
  assert.deepEqual([code, reason.toString()], [4000, 'bye'])
})

test('a message of 600,000 bytes comes back', async () => {
  const webSocket = await open()
  const [data] = await echo(webSocket, 'x'.repeat(600_000))
  assert.equal(data.length, 600_000)
  webSocket.terminate()
})

test('the ends ping each other through the gateway', async () => {
  const connected = once(server, 'connection')
  const webSocket = await open()
  const [other] = (await connected) as [WebSocket]
  const pings = [once(webSocket, 'ping'), once(other, 'ping')]
  const pongs = [once(webSocket, 'pong'), once(other, 'pong')]
  webSocket.ping('from the client')
  other.ping('from the server')
  const payloads = await within(Promise.all([...pings, ...pongs]), 'pings and pongs')
  assert.deepEqual(payloads.map(String), ['from the server', 'from the client', 'from the client', 'from the server'])
  webSocket.terminate()
})

test('what is sent in fragments comes back', async () => {
  const webSocket = await open()
  const answer = once(webSocket, 'message')
  webSocket.send('one, ', { fin: false })
  webSocket.send('two, ', { fin: false })
  webSocket.send('three')
  const [data] = (await within(answer, 'an echo')) as [Buffer]
  assert.equal(data.toString(), 'one, two, three')
  webSocket.terminate()
})

test('the server closes or cuts a client', async () => {
  for (const [end, wanted] of [
    [(other: WebSocket) => other.close(4001, 'moved'), [4001, 'moved']],
    [(other: WebSocket) => other.close(), [1005, '']],
    [(other: WebSocket) => other.terminate(), [1006, '']],
  ] as const) {
    const connected = once(server, 'connection')
    const webSocket = await open()
    const closed = once(webSocket, 'close')
    const [other] = (await connected) as [WebSocket]
    end(other)
    const [code, reason] = (await within(closed, 'the end')) as [number, Buffer]
    assert.deepEqual([code, reason.toString()], wanted)
  }
})

test('the server refuses a client, which learns why', async () => {
  const webSocket = new WebSocket(`ws://127.0.0.1:${gateway.port}/refused`)
  const answered = once(webSocket, 'unexpected-response')
  const [, response] = (await within(answered, 'a refusal')) as [unknown, IncomingMessage]
  assert.equal(response.statusCode, 401)
  assert.equal(response.headers['x-why'], 'no password')
  response.destroy()
})
