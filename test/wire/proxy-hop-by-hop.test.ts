import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'

// Without a key nothing is signed, so what the backend gets is the client's alone.
const { gateway, backend } = await startBoth({ config: { proxy: { sig_key: '' } } })

/** Sends `GET /` with the header lines; gives those the backend gets, without the address the gateway adds. */
async function forwarded(lines: readonly string[], method = 'GET'): Promise<readonly string[]> {
  const { code } = await ask(gateway.port, [`${method} / HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'))
  assert.equal(code, 200)
  const { headers } = await backend.next()
  return headers.filter((line) => !OWN.test(line))
}

/** What the gateway says for itself. `Host` comes first, in the gateway's own spelling. */
const OWN = /^(?:host: a|x-forwarded-for: 127\.0\.0\.1|connection: (?:keep-alive|close|te))$/i

const passes: [what: string, sent: string[], got: string[]][] = [
  ['order and repeats of headers', ['X-B: 1', 'X-A: 2', 'X-B: 3'], ['X-B: 1', 'X-A: 2', 'X-B: 3']],
  ['the case of names and the bytes of values', ['x-lOwEr: \u00e9 \t|"'], ['x-lOwEr: \u00e9 \t|"']],
  ['an empty value', ['X-Empty:'], ['X-Empty: ']],
  ['underscores in names', ['X_Foo: 1'], ['X_Foo: 1']],
  // RFC 9110 7.6.1: what Connection names is of this connection only.
  ['nothing that Connection names', ['Connection: X-Hop, keep-alive', 'X-Hop: 1', 'X-Other: 2'], ['X-Other: 2']],
  ['nothing that a second Connection line names', ['Connection: close', 'Connection: x-hop', 'X-Hop: 1'], []],
  [
    'end-to-end headers, even when Connection names them',
    ['Connection: Authorization, Content-Type, Cookie', 'Authorization: 1', 'Content-Type: a/b', 'Cookie: c=d'],
    ['Authorization: 1', 'Content-Type: a/b', 'Cookie: c=d'],
  ],
  ['of TE only `trailers`', ['Connection: TE', 'TE: trailers, gzip'], ['TE: trailers']],
  ['no TE without `trailers`', ['Connection: TE', 'TE: gzip'], []],
  [
    'no headers between two neighbours',
    ['Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: Basic x', 'X-A: 1'],
    ['X-A: 1'],
  ],
  ['no upgrade but to WebSocket', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAM'], []],
  ['no codings that it would have to undo', ['Accept-Encoding: gzip', 'Content-Encoding: gzip', 'X-A: 1'], ['X-A: 1']],
  ['no Trailer of a request', ['Trailer: X-A'], []],
  // Backends that speak CGI cannot tell `_` from `-`.
  [
    'no look-alikes of X-Forwarded headers',
    ['X_Forwarded_For: 6.6.6.6', 'X-Forwarded_Proto: https', 'X-A: 1'],
    ['X-A: 1'],
  ],
  ['no look-alikes of GRIP headers', ['Grip_Sig: forged', 'GRIP_HOLD: x', 'Grip-Sig: forged', 'X-A: 1'], ['X-A: 1']],
]

for (const [what, sent, got] of passes) {
  test(`the backend gets ${what}`, async () => {
    assert.deepEqual(await forwarded(sent), got)
  })
}

test('a client cannot take away what the gateway adds by naming it in Connection', async () => {
  await ask(
    gateway.port,
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Forwarded-For, Host\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n',
  )
  const request = await backend.next()
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1'])
  assert.deepEqual(request.values('host'), ['a'])
})

test('a client cannot take away the framing of its body by naming it in Connection', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: Content-Length, Transfer-Encoding\r\n'
  for (const body of ['Content-Length: 5\r\n\r\nhello', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n']) {
    await ask(gateway.port, head + body)
    assert.equal((await backend.next()).body, 'hello')
  }
})

test('a body behind an unknown upgrade is still a body', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 24\r\n\r\n'
  const { code } = await ask(gateway.port, `${head}GET /smuggled HTTP/1.1\r\n`)
  assert.equal(code, 200)
  const request = await backend.next()
  assert.equal(request.body, 'GET /smuggled HTTP/1.1\r\n')
  assert.equal(backend.requests.length, 1)
})

test('trailers of a request are dropped', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n'
  const { code } = await ask(gateway.port, `${head}5\r\nhello\r\n0\r\nX-Late: 1\r\nAuthorization: forged\r\n\r\n`)
  assert.equal(code, 200)
  const { bytes, body } = await backend.next()
  assert.equal(body, 'hello')
  assert.doesNotMatch(bytes, /x-late|forged/i)
})

test('a header of a client of HTTP/1.0 is forwarded as one of HTTP/1.1', async () => {
  const { code } = await ask(gateway.port, 'GET / HTTP/1.0\r\nHost: a\r\nX-A: 1\r\n\r\n')
  assert.equal(code, 200)
  const { line, headers } = await backend.next()
  assert.equal(line, 'GET / HTTP/1.1')
  assert.ok(headers.includes('X-A: 1'))
})
