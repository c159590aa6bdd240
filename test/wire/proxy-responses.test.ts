import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import type { RawResponse } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** What the client gets when the backend answers with these bytes. */
async function relayed(bytes: string, request = GET): Promise<RawResponse> {
  backend.answer(bytes)
  return await ask(gateway.port, request)
}

/** Header lines without those of the connection between client and gateway. */
function endToEnd({ headers }: RawResponse): string[] {
  return headers.filter((line) => !/^(?:connection|keep-alive|transfer-encoding):/i.test(line))
}

test('header lines keep order, repeats, case and bytes, and the reason is passed on', async () => {
  const lines = ['Set-Cookie: b=1', 'x-lOwEr: \u00e9', 'Content-Length: 2', 'Set-Cookie: a=2', 'X-Empty: ']
  const response = await relayed(['HTTP/1.1 299 Very Fine', ...lines, '', 'ok'].join('\r\n'))
  assert.equal(response.line, 'HTTP/1.1 299 Very Fine')
  assert.deepEqual(endToEnd(response), lines)
  assert.equal(response.body, 'ok')
})

test('a reason reaches the client byte for byte', async () => {
  const response = await relayed('HTTP/1.1 200 a\xe2\x86\x92b \xc3\xbc\r\nContent-Length: 2\r\n\r\nok')
  assert.equal(response.line, 'HTTP/1.1 200 a\xe2\x86\x92b \xc3\xbc')
})

test('no headers are added to a response, and no coding is undone', async () => {
  const response = await relayed('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  assert.deepEqual(endToEnd(response), ['Content-Length: 2'])
})

test('chunks that come together with their end keep their order', async () => {
  const chunks = '5\r\nfirst\r\n6\r\nsecond\r\n5\r\nthird\r\n0\r\n\r\n'
  const response = await relayed(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)
  assert.equal(response.body, 'firstsecondthird')
})

test('headers between backend and gateway stay there', async () => {
  const hop = ['Connection: X-Hop', 'X-Hop: 1', 'Upgrade: h2c', 'Keep-Alive: timeout=9', 'Proxy-Authenticate: Basic']
  const response = await relayed(['HTTP/1.1 200 OK', ...hop, 'X-A: 1', 'Content-Length: 2', '', 'ok'].join('\r\n'))
  assert.deepEqual(endToEnd(response), ['X-A: 1', 'Content-Length: 2'])
  assert.doesNotMatch(response.bytes, /x-hop|h2c|timeout=9/i)
})

test('early hints are relayed as they come', async () => {
  // RFC 8297
  backend.script = {
    whole: (socket) => void socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'),
  }
  const client = await RawClient.connect(gateway.port)
  client.send(GET)
  const hints = await client.response()
  assert.equal(hints.bytes, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
  client.abort()
})

test('early hints lose what is not theirs to say', async () => {
  // RFC 9110 7.6.1
  const hop = 'Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\nTransfer-Encoding: chunked\r\n'
  backend.answer(`HTTP/1.1 103 Early Hints\r\n${hop}Link: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`)
  const client = await RawClient.connect(gateway.port)
  client.send(GET)
  assert.equal((await client.response()).bytes, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
  assert.equal((await client.response()).body, 'ok')
  client.abort()
})

test('an empty reason stays empty', async () => {
  assert.equal((await relayed('HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nok')).line, 'HTTP/1.1 404 ')
})

test('early hints are followed by the response', async () => {
  backend.answer('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const client = await RawClient.connect(gateway.port)
  client.send(GET)
  assert.equal((await client.response()).code, 103)
  assert.equal((await client.response()).body, 'ok')
  client.abort()
})

test('a client of HTTP/1.0 gets no early hints', async () => {
  backend.answer('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  assert.equal((await ask(gateway.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n')).code, 200)
})

test('102 Processing is not relayed', async () => {
  const { code, body } = await relayed('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  assert.equal(code, 200)
  assert.equal(body, 'ok')
})

const noLength: [what: string, bytes: string][] = [
  ['of HTTP/1.1 that ends with the connection', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nhello'],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nhello'],
]

for (const [what, bytes] of noLength) {
  test(`a response ${what} is whole for a client of HTTP/1.1, which keeps its connection`, async () => {
    backend.script = { whole: (socket) => void socket.end(bytes) }
    const client = await RawClient.connect(gateway.port)
    for (let times = 0; times < 2; times++) {
      client.send(GET)
      const response = await client.response()
      assert.equal(response.line, 'HTTP/1.1 200 OK')
      assert.deepEqual(response.values('transfer-encoding'), ['chunked'])
      assert.equal(response.body, 'hello')
    }
    client.abort()
  })
}

test('a client of HTTP/1.0 gets a chunked response without chunks, and its end', async () => {
  const chunks = '5\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n'
  backend.answer(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n${chunks}`)
  const client = await RawClient.connect(gateway.port)
  client.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
  const received = await client.closed()
  assert.ok(received.endsWith('\r\n\r\nhello'), received)
  assert.doesNotMatch(received, /chunked|trailer|x-late/i)
})

test('a client of HTTP/1.0 keeps its connection if it asks to, and the response has a length', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const client = await RawClient.connect(gateway.port)
  for (let times = 0; times < 2; times++) {
    client.send('GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n')
    const response = await client.response()
    assert.deepEqual(response.values('connection'), ['keep-alive'])
    assert.equal(response.body, 'ok')
  }
  client.abort()
})

test('trailers are relayed to a client that takes them', async () => {
  const chunks = '5\r\nhello\r\n0\r\nX-Late: 1\r\nX-Late: 2\r\n\r\n'
  const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\n\r\n'
  const response = await relayed(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n${chunks}`,
    request,
  )
  assert.equal(response.body, 'hello')
  assert.deepEqual(response.values('trailer'), ['X-Late'])
  assert.deepEqual(response.trailers, ['X-Late: 1', 'X-Late: 2'])
})

test('trailers are dropped for other clients', async () => {
  const chunks = '5\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n'
  const response = await relayed(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n${chunks}`)
  assert.equal(response.body, 'hello')
  assert.deepEqual(response.values('trailer'), [])
  assert.deepEqual(response.trailers, [])
})

const noTrailers: [what: string, method: string, head: string, body: string][] = [
  ['to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nContent-Length: 5', ''],
  ['with a length', 'GET', 'HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nContent-Length: 5', 'hello'],
  ['without a body', 'GET', 'HTTP/1.1 304 Not Modified\r\nTrailer: X-Late', ''],
]

for (const [what, method, head, body] of noTrailers) {
  test(`a response ${what} that announces trailers comes without them, and the connection goes on`, async () => {
    // RFC 9110 6.5.1
    const request = `${method} / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\n\r\n`
    backend.answer(`${head}\r\n\r\n${body}`)
    const client = await RawClient.connect(gateway.port)
    client.send(request)
    const response = await client.response({ toHead: method === 'HEAD' })
    assert.equal(response.code, head.includes(' 304 ') ? 304 : 200)
    assert.deepEqual(response.values('trailer'), [])
    assert.equal(response.body, body)
    backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    client.send(GET)
    assert.equal((await client.response()).body, 'ok')
    client.abort()
  })
}

const bodiless: [what: string, request: string, bytes: string][] = [
  ['204 with a length', GET, 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello'],
  [
    '204 with chunks',
    GET,
    'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ],
  ['304 with a length', GET, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n'],
  ['304 with a body', GET, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello'],
]

for (const [what, request, bytes] of bodiless) {
  test(`a ${what} reaches the client without both, and the connection goes on`, async () => {
    // RFC 9110 8.6, RFC 9112 6.3
    backend.answer(bytes)
    const client = await RawClient.connect(gateway.port)
    client.send(request)
    const response = await client.response()
    assert.ok(response.code === 204 || response.code === 304)
    assert.deepEqual(endToEnd(response), ['X-A: 1'])
    assert.deepEqual(response.values('transfer-encoding'), [])
    backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    client.send(GET)
    assert.equal((await client.response()).body, 'ok')
    client.abort()
  })
}

for (const tail of ['', 'hello']) {
  test(`a response to HEAD ${tail === '' ? 'keeps its length' : 'loses the body it must not have'}`, async () => {
    backend.answer(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${tail}`)
    const client = await RawClient.connect(gateway.port)
    client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n')
    const response = await client.response({ toHead: true })
    assert.deepEqual(response.values('content-length'), ['5'])
    backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    client.send(GET)
    assert.equal((await client.response()).body, 'ok')
    client.abort()
  })
}
