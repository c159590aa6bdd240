// GRIP 8.1: SockJS without its streams.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { openWebSocket, refusedWebSocket } from '../support/websocket-client.ts'

const { gateway, backend } = await startBothForWebSockets({
  condition: '*,sockjs=/s',
  routes: ['*,path_beg=/as,sockjs=/as,sockjs_as_path=/other BACKEND'],
  config: { proxy: { sockjs_url: 'http://cdn.jsdelivr.net/sockjs/0.3.4/sockjs.min.js' } },
})

const COMMON =
  'Cache-Control: no-store, no-cache, must-revalidate, max-age=0\r\n' +
  'Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n'

function request(method: string, path: string, body = '', headers: readonly string[] = []): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: a', ...headers, `Content-Length: ${Buffer.byteLength(body)}`]
  return `${lines.join('\r\n')}\r\n\r\n${Buffer.from(body).toString('latin1')}`
}

function answer(status: string, type: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n${COMMON}Content-Length: ${body.length}\r\n\r\n${body}`
}

const NOT_FOUND = answer('404 Not Found', 'text/plain', 'Not Found\n')

async function bytesOf(method: string, path: string, body?: string, headers?: readonly string[]): Promise<string> {
  return (await ask(gateway.port, request(method, path, body, headers))).bytes
}

test('OPTIONS of anything is answered without a body', async () => {
  assert.equal(
    await bytesOf('OPTIONS', '/s/any/thing'),
    `HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n${COMMON}\r\n`,
  )
})

test('the origin of a request may read the answer', async () => {
  const response = await bytesOf('OPTIONS', '/s/x', '', ['Origin: http://b.example'])
  assert.ok(response.includes('\r\nAccess-Control-Allow-Origin: http://b.example\r\n'), response)
})

test('info says what the gateway can', async () => {
  const { bytes, body } = await ask(gateway.port, request('GET', '/s/info?t=1'))
  assert.match(body, /^\{"cookie_needed":false,"entropy":\d{1,10},"origins":\["\*:\*"\],"websocket":true\}\n$/)
  assert.equal(bytes, answer('200 OK', 'text/plain', body))
})

const PAGE = `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="http://cdn.jsdelivr.net/sockjs/0.3.4/sockjs.min.js"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>
`
const ETAG = 'ETag: "64c0a4ebd4572b4443cb844140a070c5"\r\n'
const KEPT = 'Cache-Control: public, max-age=31536000\r\n'

test('the page for iframes loads the script of sockjs_url', async () => {
  for (const path of ['/s/iframe.html', '/s/iframe-1.6.1.html?t=2']) {
    assert.equal(
      await bytesOf('GET', path),
      `HTTP/1.1 200 OK\r\n${ETAG}Content-Type: text/html; charset=UTF-8\r\n${KEPT}${COMMON}` +
        `Content-Length: ${PAGE.length}\r\n\r\n${PAGE}`,
    )
  }
})

test('a browser that has the page is told so', async () => {
  const headers = [ETAG.trim().replace('ETag', 'If-None-Match')]
  assert.equal(
    await bytesOf('GET', '/s/iframe-x.html', '', headers),
    `HTTP/1.1 304 Not Modified\r\n${ETAG}${KEPT}${COMMON}\r\n`,
  )
})

const missing: [method: string, path: string][] = [
  ['GET', '/s'],
  ['GET', '/s/'],
  ['GET', '/sinfo'],
  ['POST', '/s/info'],
  ['GET', '/s/iframe.htm'],
  ['GET', '/s/a/iframe.html'],
  ['POST', '/s/xhr'],
  ['POST', '/s/a/xhr'],
  ['POST', '/s/a//xhr'],
  ['POST', '/s/a/b/c/xhr'],
  ['POST', '/s/a/b/xhr/'],
  ['POST', '/s/a/b/other'],
  ['GET', '/s/a/b/xhr'],
  ['GET', '/s/a/b/xhr_streaming'],
  ['POST', '/s/a/b/eventsource'],
  ['POST', '/s/a/b/htmlfile?c=x'],
  ['PUT', '/s/a/b/jsonp?c=x'],
  ['POST', '/s/a/b/xhr_send'],
  ['POST', '/s/a/b/jsonp_send'],
  ['GET', '/s/a/b/websocket'],
]

test('nothing else is there', async () => {
  for (const [method, path] of missing) assert.equal(await bytesOf(method, path), NOT_FOUND, path)
})

const polls: [method: string, path: string, type: string, open: string, message: string][] = [
  ['POST', '/s/0/a1/xhr', 'text/plain', 'o\n', 'a["hi"]\n'],
  ['GET', '/s/0/a2/jsonp?c=cb', 'application/javascript', '/**/cb("o");\n', '/**/cb("a[\\"hi\\"]");\n'],
  ['POST', '/s/0/a3/jsonp?callback=x.y', 'application/javascript', '/**/x.y("o");\n', '/**/x.y("a[\\"hi\\"]");\n'],
]

for (const [method, path, type, open, message] of polls) {
  test(`${method} ${path} opens a session, and waits for messages`, async () => {
    assert.equal(await bytesOf(method, path), answer('200 OK', type, open))
    const server = await backend.next()
    assert.equal(server.line, 'GET /s HTTP/1.1')
    const client = await RawClient.connect(gateway.port)
    client.send(request(method, path))
    server.sendText('hi')
    assert.equal((await client.response()).bytes, answer('200 OK', type, message))
    client.abort()
  })
}

test('the handshake has the headers of the request that opens the session', async () => {
  await bytesOf('POST', '/s/0/b1/xhr?t=5', 'x', ['Origin: http://b', 'Cookie: c=1', 'Sec-WebSocket-Key: forged'])
  const server = await backend.next()
  const values = (name: string): string[] => server.values(name)
  assert.equal(server.line, 'GET /s?t=5 HTTP/1.1')
  assert.deepEqual(values('origin'), ['http://b'])
  assert.deepEqual(values('cookie'), ['c=1'])
  assert.deepEqual(values('content-length'), [])
  assert.deepEqual(values('x-forwarded-for'), ['127.0.0.1'])
  assert.deepEqual(values('sec-websocket-extensions'), ['grip'])
  assert.deepEqual(values('sec-websocket-version'), ['13'])
  assert.match(values('sec-websocket-key').join(), /^[\w+/]{22}==$/)
})

test('the backend gets neither callback nor prefix where it has a path of its own', async () => {
  await bytesOf('GET', '/as/0/b2/jsonp?t=5&c=x&u=6')
  assert.equal((await backend.next()).line, 'GET /other?t=5&u=6 HTTP/1.1')
  ;(await openWebSocket(gateway.port, '/as/0/b3/websocket?t=5')).vanish()
  assert.equal((await backend.next()).line, 'GET /other?t=5 HTTP/1.1')
  ;(await openWebSocket(gateway.port, '/as/websocket')).vanish()
  assert.equal((await backend.next()).line, 'GET /other HTTP/1.1')
})

for (const callback of ['', '?c=', '?c=%3Cscript%3E', '?callback=alert(1)']) {
  test(`a script or page with the query '${callback}' is refused`, async () => {
    for (const path of ['/s/0/c1/jsonp', '/s/0/c1/htmlfile']) {
      assert.equal(
        await bytesOf('GET', path + callback),
        answer('400 Bad Request', 'text/plain', 'Bad Request\n'),
        path,
      )
    }
  })
}

test('a refusal of the backend is the answer', async () => {
  backend.answer('HTTP/1.1 403 No\r\nX-Why: because\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\nno.\r\n')
  const refused = `HTTP/1.1 403 No\r\nX-Why: because\r\nContent-Type: text/x\r\nContent-Length: 5\r\n`
  assert.equal(await bytesOf('POST', '/s/0/d1/xhr'), `${refused}${COMMON}\r\nno.\r\n`)
  assert.equal(await bytesOf('GET', '/s/0/d1/eventsource'), `${refused}${COMMON}\r\nno.\r\n`)
  const { bytes } = await refusedWebSocket(gateway.port, '/s/0/d1/websocket')
  assert.equal(bytes, `${refused}Connection: close\r\n\r\nno.\r\n`)
})

test('a backend that fails is a 502', async () => {
  backend.answer('nonsense\r\n\r\n')
  assert.equal(
    await bytesOf('POST', '/s/0/d2/xhr'),
    `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 32\r\n${COMMON}\r\nError while proxying to origin.\n`,
  )
})

async function openSession(name: string): Promise<Awaited<ReturnType<typeof backend.next>>> {
  assert.equal(await bytesOf('POST', `/s/0/${name}/xhr`), answer('200 OK', 'text/plain', 'o\n'))
  return backend.next()
}

const OK = answer('200 OK', 'text/plain', 'ok')
const form = ['Content-Type: application/x-www-form-urlencoded']

test('what is sent reaches the backend, a message in a frame', async () => {
  const server = await openSession('e1')
  assert.equal(await bytesOf('POST', '/s/0/e1/xhr_send', '["one","two é"]'), OK)
  assert.equal(await bytesOf('POST', '/s/0/e1/jsonp_send', 'd=%5B%22three+%2B%22%5D', form), OK)
  assert.equal(await bytesOf('GET', '/s/0/e1/jsonp_send?d=%5B%22four%22%5D'), OK)
  assert.equal(await bytesOf('POST', '/s/0/e1/xhr_send', '[]'), OK)
  for (const text of ['one', 'two é', 'three +', 'four']) assert.equal(await server.next(), `text ${text}`)
})

const refusals: [body: string, message: string][] = [
  ['', 'Payload expected\n'],
  ['["a",1]', 'Payload expected\n'],
  ['x'.repeat(100_001), 'Request too large.\n'],
]

test('what is no array of texts is refused, and so is too much', async () => {
  await openSession('e2')
  for (const [body, message] of refusals) {
    const { code, body: text } = await ask(gateway.port, request('POST', '/s/0/e2/xhr_send', body))
    assert.deepEqual([code, text], [400, message])
  }
})

test('while one request is being sent another one is refused', async () => {
  const server = await openSession('e3')
  server.socket.pause()
  const client = await RawClient.connect(gateway.port)
  const refused = answer('400 Bad Request', 'text/plain', 'Already sending\n')
  let second = ''
  // As many as fit between the client and a backend that does not read, and one more.
  for (let taken = 0; second !== refused; taken++) {
    assert.ok(taken < 1000)
    client.send(request('POST', '/s/0/e3/xhr_send', `["${'x'.repeat(99_990)}"]`))
    while (second !== refused && client.pending === '') second = await bytesOf('POST', '/s/0/e3/xhr_send', '["a"]')
    if (second !== refused) assert.equal((await client.response()).bytes, OK)
  }
  client.abort()
})

test('a close of the backend is told to a poll, and to what comes after it', async () => {
  const server = await openSession('f1')
  const closed = answer('200 OK', 'text/plain', 'c[4001,"by\\"e"]\n')
  server.close(4001, 'by"e')
  for (const last of ['xhr', 'xhr', 'xhr_send']) assert.equal(await bytesOf('POST', `/s/0/f1/${last}`), closed)
  assert.equal(await bytesOf('POST', '/s/0/f1/other'), NOT_FOUND)
})

interface WaitingPoll {
  readonly client: RawClient
  readonly bytes: Promise<string>
}

/** A poll that waits, as is known from a second one that was refused. */
async function waitingPoll(path: string): Promise<WaitingPoll> {
  const open = async (): Promise<WaitingPoll> => {
    const client = await RawClient.connect(gateway.port)
    client.send(request('POST', path))
    return { client, bytes: client.response().then(({ bytes }) => bytes) }
  }
  const [one, other] = [await open(), await open()]
  one.bytes.catch(() => {})
  other.bytes.catch(() => {})
  const [refused, waiting] = await Promise.race([
    one.bytes.then(() => [one, other]),
    other.bytes.then(() => [other, one]),
  ])
  assert.ok(refused && waiting)
  assert.equal(await refused.bytes, answer('200 OK', 'text/plain', 'c[2010,"Another connection still open"]\n'))
  refused.client.abort()
  return waiting
}

test('of two polls one is refused, and the other one gets what comes', async () => {
  const server = await openSession('f2')
  const poll = await waitingPoll('/s/0/f2/xhr')
  server.sendText('x')
  assert.equal(await poll.bytes, answer('200 OK', 'text/plain', 'a["x"]\n'))
  poll.client.abort()
})

test('a poll that is dropped closes the session', async () => {
  const server = await openSession('f3')
  const poll = await waitingPoll('/s/0/f3/xhr')
  poll.client.abort()
  assert.equal(await server.next(), 'close')
  assert.equal(
    await bytesOf('POST', '/s/0/f3/xhr'),
    answer('200 OK', 'text/plain', 'c[3000,"Client already closed connection"]\n'),
  )
})

test('a poll of a session whose backend is lost gets a 410, and the next one a new session', async () => {
  const server = await openSession('f4')
  const poll = await waitingPoll('/s/0/f4/xhr')
  server.vanish()
  assert.equal(await poll.bytes, answer('410 Gone', 'text/plain', 'Session terminated\n'))
  poll.client.abort()
  await openSession('f4')
})
