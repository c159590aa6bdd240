// GRIP 8.1: the streams of SockJS.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'

const { gateway, backend } = await startBothForWebSockets({ condition: '*,sockjs=/s' })

const COMMON =
  'Cache-Control: no-store, no-cache, must-revalidate, max-age=0\r\n' +
  'Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\nTransfer-Encoding: chunked\r\n\r\n'

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

async function start(method: string, path: string): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port)
  client.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)
  return client
}

const streams: [method: string, path: string, type: string, prelude: string, open: string, message: string][] = [
  [
    'POST',
    '/s/0/a1/xhr_streaming',
    'application/javascript; charset=UTF-8',
    `${'h'.repeat(2048)}\n`,
    'o\n',
    'a["50%"]\n',
  ],
  [
    'GET',
    '/s/0/a2/eventsource',
    'text/event-stream; charset=UTF-8',
    '\r\n',
    'data: o\r\n\r\n',
    'data: a["50%25"]\r\n\r\n',
  ],
]

for (const [method, path, type, prelude, open, message] of streams) {
  test(`${path} is one response with all frames`, async () => {
    const client = await start(method, path)
    const server = await backend.next()
    const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${COMMON}`
    const first = head + chunk(prelude + open)
    assert.equal(await client.until(first), first)
    server.sendText('50%')
    assert.equal(await client.until(chunk(message)), first + chunk(message))
    server.close(4001, 'bye')
    const { body } = await client.response()
    assert.ok(body.startsWith(prelude + open + message), body)
    assert.ok(body.includes('c[4001,"bye"]'), body)
    client.abort()
  })
}

test('htmlfile is a page whose scripts call the parent', async () => {
  const client = await start('GET', '/s/0/a3/htmlfile?c=_jp.x')
  const server = await backend.next()
  await client.until('<script>\np("o");\n</script>\r\n')
  server.sendText('</script>')
  server.close(1000)
  const response = await client.response()
  const { body } = response
  assert.deepEqual(response.values('content-type'), ['text/html; charset=UTF-8'])
  assert.ok(body.includes('    var c = parent._jp.x;\n'))
  assert.ok(body.indexOf('p("o")') > 1024)
  assert.ok(
    body.endsWith(
      '<script>\np("a[\\"\\u003c/script>\\"]");\n</script>\r\n<script>\np("c[1000,\\"Connection closed\\"]");\n</script>\r\n',
    ),
  )
  client.abort()
})

test('after 128 KB a stream ends, and the next one goes on', async () => {
  const client = await start('POST', '/s/0/b1/xhr_streaming')
  const server = await backend.next()
  await client.until('o\n')
  const message = 'x'.repeat(10_000)
  for (let at = 0; at < 15; at++) server.sendText(`${at}${message}`)
  const { body } = await client.response()
  assert.ok(body.length >= 131_072 && body.length < 250_000, `${body.length} bytes`)
  client.send('POST /s/0/b1/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
  server.close(1000)
  const rest = (await client.response()).body
  const numbers = Array.from(`${body}${rest}`.matchAll(/"(\d+)x/g), ([, number]) => Number(number))
  assert.deepEqual(
    numbers,
    Array.from({ length: 15 }, (_, at) => at),
  )
  client.abort()
})

test('a stream of a session whose backend is lost is cut', async () => {
  const client = await start('POST', '/s/0/b2/xhr_streaming')
  const server = await backend.next()
  await client.until('o\n')
  server.vanish()
  assert.ok(!(await client.closed()).includes('0\r\n\r\n'))
})

test('a framed WebSocket has the frames of SockJS in its own', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/c1/websocket?t=1', { early: '' })
  const server = await backend.next()
  assert.equal(server.line, 'GET /s/websocket?t=1 HTTP/1.1')
  assert.equal(await client.next(), 'text o')
  client.sendText('["a","b"]')
  assert.equal(await server.next(), 'text a')
  assert.equal(await server.next(), 'text b')
  client.sendText('[]')
  client.ping('p')
  assert.equal(await client.next(), 'pong p')
  server.sendText('one')
  server.sendBinary(Buffer.from([0x61, 0xff]))
  assert.equal(await client.next(), 'text a["one"]')
  assert.equal(await client.next(), 'text a["a\ufffd"]')
  server.close(4001, 'bye')
  assert.equal(await client.next(), 'close 4001 bye')
})

test('a framed WebSocket may have any last part, and is read from its first byte', async () => {
  const { bytesOf } = await openWebSocket(gateway.port, '/s/0/c2/any').then((client) => {
    client.vanish()
    return { bytesOf: client.bytesOf.bind(client) }
  })
  await backend.next()
  const client = await openWebSocket(gateway.port, '/s/0/c2/any', { early: bytesOf({ payload: '["early"]' }) })
  assert.equal(await (await backend.next()).next(), 'text early')
  assert.equal(await client.next(), 'text o')
  client.vanish()
})

for (const payload of ['', 'x', '"a"', '["a",1]', '{}', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])]) {
  test(`a framed WebSocket that says ${JSON.stringify(String(payload))} is cut, and so is its backend`, async () => {
    const client = await openWebSocket(gateway.port, '/s/0/c3/websocket')
    const server = await backend.next()
    assert.equal(await client.next(), 'text o')
    client.sendFrame({ opcode: typeof payload === 'string' ? 1 : 2, payload })
    assert.deepEqual(await client.closed(), [])
    assert.deepEqual(await server.closed(), [])
  })
}

test('a close of a framed WebSocket reaches the backend', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/c4/websocket')
  const server = await backend.next()
  assert.equal(await client.next(), 'text o')
  client.close(4002, 'me')
  assert.equal(await server.next(), 'close 4002 me')
  assert.equal(await client.next(), 'close 4002 me')
})

test('a framed WebSocket whose backend is lost is cut', async () => {
  const client = await openWebSocket(gateway.port, '/s/0/c5/websocket')
  const server = await backend.next()
  assert.equal(await client.next(), 'text o')
  server.vanish()
  assert.deepEqual(await client.closed(), [])
})

test('the raw WebSocket passes through', async () => {
  const client = await openWebSocket(gateway.port, '/s/websocket?t=1')
  const server = await backend.next()
  assert.equal(server.line, 'GET /s/websocket?t=1 HTTP/1.1')
  client.sendText('plain')
  assert.equal(await server.next(), 'text plain')
  server.sendText('as it is')
  assert.equal(await client.next(), 'text as it is')
})

for (const path of ['/s', '/s/a', '/s/a/b', '/s/a//websocket', '/s/a/b/c/websocket', '/s/websocket/']) {
  test(`the WebSocket ${path} is not there`, async () => {
    const { code, body } = await refusedWebSocket(gateway.port, path)
    assert.deepEqual([code, body], [404, 'Not Found\n'])
  })
}

test('an unknown session is none for a request that cannot open one', async () => {
  const { code } = await ask(gateway.port, 'GET /s/0/c1/xhr_streaming HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(code, 404)
})
