// The exchanges that the specification of WebSocket-over-HTTP shows, and the example programs of Pushpin for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { EventRequest } from '../support/websocket-over-http-backend.ts'
import { held } from './held.ts'
import { frame } from './items.ts'

const { gateway, backend } = await startBothForEvents()

function answering(answers: (body: string) => readonly [events: string, ...headers: string[]]): void {
  backend.handle((request) => {
    const [events, ...headers] = answers(request.body)
    request.answer(events, headers)
  })
}

function described({ request }: EventRequest): unknown[] {
  const of = (name: string): string | undefined => request.values(name)[0]
  return [request.line, of('content-type'), of('cookie'), of('meta-user'), request.body]
}

for (const open of ['OPEN\r\n', 'OPEN\r\n\r\n', 'OPEN 0\r\n\r\n']) {
  test(`a connection that is accepted with ${JSON.stringify(open)}, from its first request to its last`, async () => {
    const world = 'TEXT 5\r\nworld\r\nTEXT 1C\r\nhere is another nice message\r\n'
    answering((body) => {
      if (body === 'OPEN\r\n') return [open, 'Set-Meta-User: alice']
      return [body === 'TEXT 5\r\nhello\r\n' ? world : body]
    })
    const client = await openWebSocket(gateway.port, '/target', {
      headers: ['Cookie: auth=info', 'Meta-User: mallory'],
    })
    client.sendText('hello')
    assert.equal(await client.next(), 'text world')
    assert.equal(await client.next(), 'text here is another nice message')
    client.close(1000)
    assert.equal(await client.next(), 'close 1000')
    assert.deepEqual(await client.closed(), [])
    const type = 'application/websocket-events'
    assert.deepEqual(backend.requests.map(described), [
      ['POST /target HTTP/1.1', type, 'auth=info', undefined, 'OPEN\r\n'],
      ['POST /target HTTP/1.1', type, 'auth=info', 'alice', 'TEXT 5\r\nhello\r\n'],
      ['POST /target HTTP/1.1', type, 'auth=info', 'alice', 'CLOSE 2\r\n\x03\xe8\r\n'],
    ])
    const ids = backend.requests.map((request) => request.value('connection-id'))
    assert.match(ids[0] ?? '', /^\S+$/)
    assert.equal(new Set(ids).size, 1)
  })
}

test('the example program that echoes everything, and subscribes at the start', async () => {
  const subscribe = 'c:{"type": "subscribe", "channel": "test"}'
  answering((body) => {
    if (!body.startsWith('OPEN\r\n')) return [body]
    const events = `${body}TEXT ${subscribe.length.toString(16)}\r\n${subscribe}\r\n`
    return [events, 'Sec-WebSocket-Extensions: grip; message-prefix=""']
  })
  const client = await openWebSocket(gateway.port)
  await held(gateway, 'test')
  client.sendText('hello')
  assert.equal(await client.next(), 'text hello')
  client.ping('p')
  assert.equal(await client.next(), 'ping p')
  await gateway.publish([frame('test', 'hello there')])
  assert.equal(await client.next(), 'text hello there')
  client.close(1001)
  assert.equal(await client.next(), 'close 1001')
})

test('a server that no longer knows the connection says so, and the client is cut', async () => {
  answering((body) => [body === 'OPEN\r\n' ? body : 'DISCONNECT\r\n'])
  const client = await openWebSocket(gateway.port)
  client.sendText('hello')
  assert.deepEqual(await client.closed(), [])
})
