import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { startWebSocketBackend } from '../support/websocket-backend.ts'
import { ACCEPT, handshake, openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'
import { RawClient } from '../support/raw-client.ts'

const [dead = 0] = await freePorts(1)
const second = await startWebSocketBackend()
after(() => second.stop())
const { gateway, backend } = await startBothForWebSockets({
  condition: '*,no_grip',
  routes: [
    `down.example,no_grip 127.0.0.1:${dead}`,
    `spare.example,no_grip 127.0.0.1:${dead} 127.0.0.1:${second.port}`,
    'moved.example,no_grip,path_beg=/out/,replace_beg=/in// BACKEND',
  ],
})

test('frames with bits of an extension pass as they are, both ways', async () => {
  backend.accept(['Sec-WebSocket-Extensions: permessage-deflate'])
  const client = await openWebSocket(gateway.port, '/', { headers: ['Sec-WebSocket-Extensions: permessage-deflate'] })
  const server = await backend.next()
  const frame = Buffer.from('c107f248cdc9c90700', 'hex')
  server.sendBytes(frame)
  assert.deepEqual(server.bytesOf({ opcode: 1, rsv: 4, payload: Buffer.from('f248cdc9c90700', 'hex') }), frame)
  const { rsv, payload } = await client.nextFrame()
  assert.equal(rsv, 4)
  assert.equal(payload.toString('hex'), 'f248cdc9c90700')
  client.vanish()
})

test('what GRIP would take for its own is the application its own', async () => {
  const client = await openWebSocket(gateway.port)
  const server = await backend.next()
  server.sendText('c:{"type":"detach"}')
  assert.equal(await client.next(), 'text c:{"type":"detach"}')
  client.sendText('x'.repeat(600_000))
  assert.equal(await server.next(), `text ${'x'.repeat(600_000)}`)
  client.vanish()
})

test('what the client sends right behind its handshake arrives', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send(handshake('/'))
  client.send(Buffer.from('818237fa213d5f93', 'hex'))
  const server = await backend.next()
  assert.equal(await server.next(), 'text hi')
  await client.until(ACCEPT)
  client.abort()
})

test('a refusal in chunks reaches the client whole', async () => {
  backend.answer(
    'HTTP/1.1 401 Who Are You\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n',
  )
  const response = await refusedWebSocket(gateway.port)
  assert.equal(response.line, 'HTTP/1.1 401 Who Are You')
  assert.deepEqual(response.values('set-cookie'), ['a=1', 'b=2'])
  assert.equal(response.body, 'firstsecond')
})

test('a target that cannot be reached is passed over, and the last is an error', async () => {
  const client = await openWebSocket(gateway.port, '/', { host: 'spare.example' })
  const server = await second.next()
  server.sendText('second')
  assert.equal(await client.next(), 'text second')
  client.vanish()
  const response = await refusedWebSocket(gateway.port, '/', { host: 'down.example' })
  assert.equal(response.code, 502)
  assert.equal(response.body, 'Error while proxying to origin.\n')
})

test('a backend that cuts the connection instead of answering: the client reads a sentence', async () => {
  backend.answerWith((connection) => connection.vanish())
  const response = await refusedWebSocket(gateway.port)
  assert.equal(response.code, 502)
  assert.equal(response.body, 'Error while proxying to origin.\n')
})

test('path and headers arrive as they were sent', async () => {
  const headers = ['X-B: 1', 'X-A: 2', 'x-b: 3', 'Cookie: a=1']
  const client = await openWebSocket(gateway.port, '/out//x/../y?a=//b', { host: 'moved.example', headers })
  const server = await backend.next()
  assert.equal(server.line, 'GET /in///x/../y?a=//b HTTP/1.1')
  assert.deepEqual(server.values('host'), ['moved.example'])
  assert.deepEqual(
    server.headers.filter((line) => /^(?:x-[ab]|cookie):/i.test(line)),
    ['X-B: 1', 'X-B: 3', 'X-A: 2', 'Cookie: a=1'],
  )
  client.vanish()
})

test('whoever vanishes, the other end is told', async () => {
  const client = await openWebSocket(gateway.port)
  const server = await backend.next()
  client.vanish()
  assert.deepEqual(await server.closed(), [])
  const other = await openWebSocket(gateway.port)
  const otherServer = await backend.next()
  otherServer.vanish()
  assert.deepEqual(await other.closed(), [])
})
