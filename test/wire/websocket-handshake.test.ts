// GRIP 7.1: both handshakes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { hs256Token, verifiedClaims } from '../support/token.ts'
import { GRIP } from '../support/websocket-backend.ts'
import type { BackendWebSocket } from '../support/websocket-backend.ts'
import { ACCEPT, answerToHandshake, handshake, KEY, openWebSocket } from '../support/websocket-client.ts'
import type { HandshakeOptions, WebSocketClient } from '../support/websocket-client.ts'

const { gateway, backend } = await startBothForWebSockets({
  routes: [
    'raw.example,no_grip BACKEND',
    'rewritten.example,path_beg=/out/,replace_beg=/in/,header="X-Route: on",header=Cookie: BACKEND',
    'renamed.example,as_host=inner.example:81 BACKEND',
    'kinds.example,proto=http test',
    'kinds.example,proto=ws BACKEND',
  ],
  config: { proxy: { upstream_key: 'upstream' } },
})

interface Ends {
  readonly client: WebSocketClient
  readonly request: BackendWebSocket
}

async function open(path = '/', options: HandshakeOptions = {}): Promise<Ends> {
  const client = await openWebSocket(gateway.port, path, options)
  return { client, request: await backend.next() }
}

function assertOnly(values: readonly string[], value: RegExp): void {
  assert.equal(values.length, 1, values.join(', '))
  assert.match(values[0] ?? '', value)
}

test('the client gets a 101 that belongs to its own key', async () => {
  const { client } = await open()
  const { response } = client
  assert.equal(response.line, 'HTTP/1.1 101 Switching Protocols')
  assertOnly(response.values('upgrade'), /^websocket$/i)
  assertOnly(response.values('connection'), /^upgrade$/i)
  assert.deepEqual(response.values('sec-websocket-accept'), [ACCEPT])
  assert.deepEqual(response.values('content-length'), [])
  assert.deepEqual(response.values('transfer-encoding'), [])
  client.vanish()
})

test('the backend gets a handshake that is whole in itself', async () => {
  const { client, request } = await open('/some/path%20x?query=1&b=%2F', { host: 'example.com:8080' })
  assert.equal(request.line, 'GET /some/path%20x?query=1&b=%2F HTTP/1.1')
  assert.deepEqual(request.values('host'), ['example.com:8080'])
  assertOnly(request.values('upgrade'), /^websocket$/i)
  assertOnly(request.values('connection'), /^upgrade$/i)
  assertOnly(request.values('sec-websocket-version'), /^13$/)
  const [key = '', ...others] = request.values('sec-websocket-key')
  assert.deepEqual(others, [])
  assert.equal(Buffer.from(key, 'base64').length, 16)
  client.vanish()
})

test('what the client says about itself reaches the backend, in order', async () => {
  const lines = [
    'Origin: https://app.example',
    'Cookie: session=1; theme=dark',
    'Authorization: Bearer abc',
    'User-Agent: test',
    'X-A: 1',
    'X-B: \xe9',
    'X-A: 2',
  ]
  const { client, request } = await open('/', { headers: lines })
  const names = /^(?:origin|cookie|authorization|user-agent|x-[ab]):/i
  assert.deepEqual(
    request.headers.filter((line) => names.test(line)),
    lines,
  )
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1'])
  client.vanish()
})

test('headers that concern one connection only do not reach the backend', async () => {
  const headers = ['Keep-Alive: timeout=5', 'Accept-Encoding: gzip', 'X-A: 1']
  const { client, request } = await open('/', { headers })
  assert.doesNotMatch(request.bytes, /^(?:keep-alive|accept-encoding):/im)
  assert.deepEqual(request.values('x-a'), ['1'])
  client.vanish()
})

test('a header that Connection names does not reach the backend', async () => {
  const bytes = handshake('/', { headers: ['X-Hop: 1', 'X-A: 1'] })
  await answerToHandshake(gateway.port, bytes.replace('Connection: Upgrade', 'Connection: X-Hop, keep-alive, Upgrade'))
  const request = await backend.next()
  assert.deepEqual(request.values('x-hop'), [])
  assert.deepEqual(request.values('x-a'), ['1'])
})

test('the extensions that the client offers are replaced by an offer of GRIP', async () => {
  const headers = [
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x',
    'sec-websocket-extensions: y',
  ]
  const { client, request } = await open('/', { headers })
  assert.deepEqual(request.values('sec-websocket-extensions'), ['grip'])
  client.vanish()
})

test('on a route without GRIP client and backend agree on extensions between themselves', async () => {
  backend.accept(['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover'])
  const headers = ['Sec-WebSocket-Extensions: permessage-deflate, grip', 'Grip-Sig: forged']
  const { client, request } = await open('/', { host: 'raw.example', headers })
  assert.deepEqual(request.values('sec-websocket-extensions'), ['permessage-deflate, grip'])
  assert.doesNotMatch(request.bytes, /^grip-/im)
  assert.deepEqual(client.response.values('sec-websocket-extensions'), [
    'permessage-deflate; server_no_context_takeover',
  ])
  client.vanish()
})

test('the backend can verify that the WebSocket came through this gateway', async () => {
  const { client, request } = await open('/', { headers: ['Grip-Sig: forged', 'Grip-Feature: forged', 'Grip-X: 1'] })
  const [token = '', ...others] = request.values('grip-sig')
  assert.deepEqual(others, [])
  assert.equal(verifiedClaims(token, 'changeme')['iss'], 'pushpin')
  assert.equal(request.values('grip-feature').length, 1)
  assert.doesNotMatch(request.bytes, /forged|grip-x/i)
  client.vanish()
})

test('the backend chooses among the subprotocols of the client', async () => {
  backend.accept(['Sec-WebSocket-Protocol: chat.v2'])
  const { client, request } = await open('/', { headers: ['Sec-WebSocket-Protocol: chat.v1, chat.v2'] })
  assert.deepEqual(request.values('sec-websocket-protocol'), ['chat.v1, chat.v2'])
  assert.deepEqual(client.response.values('sec-websocket-protocol'), ['chat.v2'])
  client.vanish()
})

test('a backend that chooses no subprotocol is not spoken for', async () => {
  const { client } = await open('/', { headers: ['Sec-WebSocket-Protocol: chat.v1'] })
  assert.deepEqual(client.response.values('sec-websocket-protocol'), [])
  client.vanish()
})

test('headers of the backend reach the client, in order, but not its extensions', async () => {
  const own = ['Set-Cookie: a=1', 'X-A: 1', 'Set-Cookie: b=2', 'X-B: \xe9']
  backend.accept([...own, GRIP])
  const { client } = await open()
  assert.deepEqual(
    client.response.headers.filter((line) => /^(?:set-cookie|x-[ab]):/i.test(line)),
    own,
  )
  assert.doesNotMatch(client.response.bytes, /^sec-websocket-extensions:/im)
  assert.equal(client.response.values('sec-websocket-accept').length, 1)
  client.vanish()
})

test('headers of the backend that concern one connection only do not reach the client', async () => {
  backend.accept(['Keep-Alive: timeout=5', 'X-A: 1'])
  const { client } = await open()
  assert.deepEqual(client.response.values('keep-alive'), [])
  assert.deepEqual(client.response.values('x-a'), ['1'])
  client.vanish()
})

test('a route without GRIP tells the client that the backend speaks GRIP', async () => {
  backend.accept([GRIP])
  const { client } = await open('/', { host: 'raw.example' })
  assert.deepEqual(client.response.values('sec-websocket-extensions'), ['grip'])
  client.vanish()
})

test('what another gateway has signed passes with its GRIP headers, both ways', async () => {
  backend.accept([`${GRIP}; message-prefix="x:"`], (connection) => connection.sendText('x:kept'))
  const sent = `Grip-Sig: ${hs256Token({ iss: 'edge', exp: Math.floor(Date.now() / 1000) + 60 }, 'upstream')}`
  const { client, request } = await open('/', { headers: [sent, 'Grip-Feature: other', GRIP] })
  assert.deepEqual(
    request.headers.filter((line) => /^(?:grip-|sec-websocket-extensions:)/i.test(line)),
    [sent, 'Grip-Feature: other', GRIP],
  )
  assert.equal(await client.next(), 'text x:kept')
  assertOnly(client.response.values('sec-websocket-extensions'), /^grip; *message-prefix="x:"$/)
  client.vanish()
})

test('routes rewrite the path and the headers of a handshake', async () => {
  const { client, request } = await open('/out/x?y', {
    host: 'rewritten.example',
    headers: ['Cookie: a=1', 'X-Route: 0'],
  })
  assert.equal(request.line, 'GET /in/x?y HTTP/1.1')
  assert.deepEqual(request.values('x-route'), ['on'])
  assert.deepEqual(request.values('cookie'), [])
  client.vanish()
})

test('routes rewrite the host of a handshake', async () => {
  const { client, request } = await open('/', { host: 'renamed.example' })
  assert.deepEqual(request.values('host'), ['inner.example:81'])
  client.vanish()
})

test('a route for WebSockets is not one for other requests', async () => {
  const { client, request } = await open('/ws', { host: 'kinds.example' })
  assert.equal(request.line, 'GET /ws HTTP/1.1')
  client.vanish()
  const response = await answerToHandshake(gateway.port, 'GET / HTTP/1.1\r\nHost: kinds.example\r\n\r\n')
  assert.equal(response.body, 'Hello from the Pushpin test handler!\n')
})

const spellings: [what: string, bytes: string][] = [
  ['lower case', handshake('/').toLowerCase().replace(KEY.toLowerCase(), KEY).replace('get / http', 'GET / HTTP')],
  ['a capital W', handshake('/').replace('Upgrade: websocket', 'Upgrade: WebSocket')],
  ['several connection options', handshake('/').replace('Connection: Upgrade', 'Connection: keep-alive, Upgrade')],
]

for (const [what, bytes] of spellings) {
  test(`a handshake with ${what} is one`, async () => {
    const response = await answerToHandshake(gateway.port, bytes)
    assert.equal(response.code, 101)
    assert.deepEqual(response.values('sec-websocket-accept'), [ACCEPT])
  })
}

test('frames that come right behind the handshakes are not lost', async () => {
  backend.accept([], (connection) => connection.sendText('from the backend'))
  const early = Buffer.from([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
  const { client, request } = await open('/', { early })
  assert.equal(await request.next(), 'text Hello')
  assert.equal(await client.next(), 'text from the backend')
  client.vanish()
})
