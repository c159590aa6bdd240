// GRIP 7.4: what the backend is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOverHttp } from '../flow/open-over-http.ts'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { verifiedClaims } from '../support/token.ts'
import { ACCEPT, KEY } from '../support/websocket-client.ts'
import type { EventRequest } from '../support/websocket-over-http-backend.ts'

const { gateway, backend } = await startBothForEvents({
  routes: [
    'raw.example,no_grip BACKEND,over_http',
    'rewritten.example,path_beg=/out/,replace_beg=/in/,header="X-Route: on" BACKEND,over_http',
  ],
})

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The lines of these headers, in order. */
function lines({ request }: EventRequest, names: RegExp): string[] {
  return request.headers.filter((line) => names.test(line))
}

test('the first request is a POST of OPEN that tells whose connection it is', async () => {
  const { client, open } = await openOverHttp(gateway, backend, { path: '/some/path?query=1', host: 'example.com:81' })
  assert.equal(open.request.line, 'POST /some/path?query=1 HTTP/1.1')
  assert.equal(open.body, 'OPEN\r\n')
  assert.equal(open.value('host'), 'example.com:81')
  assert.equal(open.value('content-type'), 'application/websocket-events')
  assert.equal(open.value('accept'), 'application/websocket-events')
  assert.equal(open.value('content-length'), '6')
  assert.match(open.value('connection-id') ?? '', UUID)
  assert.deepEqual(open.request.values('upgrade'), [])
  assert.doesNotMatch(open.value('connection') ?? '', /upgrade/i)
  assert.deepEqual(open.request.values('content-bytes-replayed'), [])
  client.vanish()
})

test('the handshake of the client comes along with every request', async () => {
  const headers = [
    'Origin: https://app.example',
    'Cookie: session=1',
    'Sec-WebSocket-Protocol: chat.v1, chat.v2',
    'X-A: 1',
    'X-A: 2',
  ]
  const { client, open } = await openOverHttp(gateway, backend, { headers })
  client.sendText('hello')
  const later = await backend.next()
  for (const request of [open, later]) {
    assert.deepEqual(lines(request, /^(?:origin|cookie|sec-websocket-protocol|x-a):/i), headers)
    assert.equal(request.value('sec-websocket-key'), KEY)
    assert.equal(request.value('sec-websocket-version'), '13')
    assert.equal(request.value('sec-websocket-extensions'), 'grip')
    assert.equal(request.value('x-forwarded-for'), '127.0.0.1')
  }
  assert.equal(later.body, 'TEXT 5\r\nhello\r\n')
  assert.equal(later.value('content-length'), '15')
  assert.equal(later.request.line, open.request.line)
  client.vanish()
})

test('the extensions that the client offers are not offered to the backend', async () => {
  const headers = ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']
  const { client, open } = await openOverHttp(gateway, backend, { headers })
  assert.equal(open.value('sec-websocket-extensions'), 'grip')
  client.vanish()
})

test('a client cannot speak for the gateway', async () => {
  const headers = [
    'Accept: text/html',
    'Connection-Id: forged',
    'Meta-User: forged',
    'meta-role: forged',
    'Grip-Sig: forged',
  ]
  const { client, open } = await openOverHttp(gateway, backend, { headers })
  assert.equal(open.value('accept'), 'application/websocket-events')
  assert.match(open.value('connection-id') ?? '', UUID)
  assert.deepEqual(lines(open, /^meta-/i), [])
  assert.doesNotMatch(open.request.bytes, /forged/)
  client.vanish()
})

test('a client cannot say what kind of content the gateway sends, or that it was sent before', async () => {
  const headers = ['Content-Type: text/html', 'Content-Bytes-Replayed: 9', 'Content-Bytes-Accepted: 9']
  const { client, open } = await openOverHttp(gateway, backend, { headers })
  assert.equal(open.value('content-type'), 'application/websocket-events')
  assert.deepEqual(open.request.values('content-bytes-replayed'), [])
  client.vanish()
})

test('all requests of a connection have its id, and no other has it', async () => {
  const first = await openOverHttp(gateway, backend)
  const second = await openOverHttp(gateway, backend)
  first.client.sendText('a')
  const later = await backend.next()
  const id = first.open.value('connection-id')
  assert.equal(later.value('connection-id'), id)
  assert.notEqual(second.open.value('connection-id'), id)
  first.client.vanish()
  second.client.vanish()
})

test('every request is signed', async () => {
  const { client, open } = await openOverHttp(gateway, backend)
  client.sendText('a')
  const later = await backend.next()
  for (const request of [open, later]) {
    assert.equal(verifiedClaims(request.value('grip-sig') ?? '', 'changeme')['iss'], 'pushpin')
    assert.match(request.value('grip-feature') ?? '', /^status\b/)
  }
  client.vanish()
})

test('a route without GRIP offers nothing and signs nothing', async () => {
  const { client, open } = await openOverHttp(gateway, backend, { host: 'raw.example' })
  assert.deepEqual(lines(open, /^(?:grip-|sec-websocket-extensions:)/i), [])
  client.vanish()
})

test('routes rewrite the path and the headers', async () => {
  const { client, open } = await openOverHttp(gateway, backend, { host: 'rewritten.example', path: '/out/x?y' })
  assert.equal(open.request.line, 'POST /in/x?y HTTP/1.1')
  assert.equal(open.value('x-route'), 'on')
  client.vanish()
})

test('the client gets a 101 for its own key, with the headers of the first answer', async () => {
  const own = ['Set-Cookie: a=1', 'X-A: 1', 'Set-Cookie: b=2', 'Sec-WebSocket-Protocol: chat.v2']
  const answer = [...own, 'Sec-WebSocket-Extensions: grip', 'Set-Meta-User: alice', 'Keep-Alive-Interval: 30']
  const { client } = await openOverHttp(gateway, backend, {
    headers: ['Sec-WebSocket-Protocol: chat.v1, chat.v2'],
    answer,
  })
  const { response } = client
  assert.equal(response.line, 'HTTP/1.1 101 Switching Protocols')
  assert.deepEqual(response.values('sec-websocket-accept'), [ACCEPT])
  assert.deepEqual(
    response.headers.filter((line) => /^(?:set-cookie|x-a|sec-websocket-protocol):/i.test(line)),
    own,
  )
  const inner = /^(?:content-length|content-type|keep-alive-interval|set-meta-.*|sec-websocket-extensions):/im
  assert.doesNotMatch(response.bytes, inner)
  client.vanish()
})

test('requests that are no WebSockets reach the same backend as they are', async () => {
  backend.handle((request) => request.answerBytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain'))
  const response = await ask(gateway.port, 'GET /plain HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(response.body, 'plain')
  assert.equal((await backend.next()).request.line, 'GET /plain HTTP/1.1')
})

test('a route without GRIP takes no compressed message that nobody has agreed upon', async () => {
  const { client } = await openOverHttp(gateway, backend, { host: 'raw.example' })
  client.sendFrame({ opcode: 1, rsv: 4, payload: Buffer.from('f248cdc9c90700', 'hex') })
  assert.match(await client.next(), /^close 1002 /)
  const request = await backend.next()
  assert.equal(request.body, 'DISCONNECT\r\n')
  request.answer()
})
