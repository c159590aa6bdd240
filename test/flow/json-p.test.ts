// GRIP 8.2: requests and whole answers of JSON-P.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, askUntilClosed, RawClient } from '../support/raw-client.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'
import { shown } from './shown.ts'

const [dead = 0] = await freePorts(1)
const { gateway, backend } = await startBoth({
  condition: '*,aco',
  routes: [
    '*,path_beg=/basic,aco,jsonp_mode=basic BACKEND',
    '*,path_beg=/named,aco,jsonp_cb=cb,jsonp_body=data,jsonp_defcb=dflt,jsonp_defmethod=PUT BACKEND',
    '*,path_beg=/moved,aco,replace_beg=/there BACKEND',
    `*,path_beg=/down,aco,debug 127.0.0.1:${dead}`,
    '*,path_beg=/events,aco BACKEND,over_http',
    '*,path_beg=/test,aco test',
  ],
})

const TYPE = 'Content-Type: application/javascript'

/** A script of known length. */
function script(body: string, ...headers: readonly string[]): string[] {
  return ['HTTP/1.1 200 OK', ...headers, `Content-Length: ${body.length}`, '', body]
}

function query(params: Readonly<Record<string, string>>): string {
  return `callback=cb${Object.entries(params)
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join('')}`
}

test('a response is a script that calls the function with all of it', async () => {
  const own = ['Content-Type: text/x', 'Cache-Control: no-store', 'X-A: 1', 'X-A: 2', 'Set-Cookie: a="1"']
  backend.answer(answer(own, 'h\xc3\xa9 "\n', '201 Made It'))
  assert.deepEqual(
    shown(await ask(gateway.port, get('/?callback=a.b%5B%22c%22%5D'))),
    script(
      '/**/a.b["c"]({"code": 201, "reason": "Made It", "headers": {"Cache-Control":"no-store","Content-Length":"6",' +
        '"Content-Type":"text/x","Set-Cookie":"a=\\"1\\"","X-A":"1"}, "body": "h\xc3\xa9 \\"\\n"});\n',
      TYPE,
      'Cache-Control: no-store',
    ),
  )
})

test('in basic mode the function gets the body', async () => {
  backend.answer(answer(['Content-Type: application/json'], '{"a":"</script>"}\n', '404 Not Found'))
  const response = await ask(gateway.port, get('/basic?callback=cb'))
  assert.deepEqual(shown(response), script('/**/cb({"a":"\\u003c/script>"});\n', TYPE))
  const request = await backend.next()
  assert.equal(request.line, 'POST /basic HTTP/1.1')
  assert.deepEqual(request.values('content-length'), ['0'])
})

test('the backend gets the request that the query describes, and the log the one that came', async () => {
  const asked = `/?x=%2f&${query({ _method: 'POST', _headers: '{"X-A":"1","Accept":"x","Cookie":"evil=1"}', _body: 'h\u00e9' })}&y`
  await ask(gateway.port, get(asked, ['Accept: text/html', 'Cookie: c=1', 'X-Forwarded-For: 1.2.3.4']))
  const { line, headers, body } = await backend.next()
  assert.equal(line, 'POST /?x=%2f&y HTTP/1.1')
  assert.equal(body, 'h\xc3\xa9')
  assert.deepEqual(
    headers.filter((header) => !/^(?:connection|grip-)/i.test(header)),
    ['host: localhost', 'X-A: 1', 'Accept: */*', 'Cookie: c=1', 'X-Forwarded-For: 127.0.0.1', 'content-length: 3'],
  )
  const logged = await gateway.log.waitFor(/_method/)
  assert.ok(logged.includes(` GET http://localhost${asked} -> `), logged)
})

test("a route's own parameters, path and defaults are used", async () => {
  backend.answer(answer([], 'ok'))
  const { body } = await ask(gateway.port, get('/named?data=%7b%7d&_body=x'))
  assert.match(body, /^\/\*\*\/dflt\(/)
  const request = await backend.next()
  assert.equal(request.line, 'PUT /named?_body=x HTTP/1.1')
  assert.deepEqual([request.body, request.values('content-type')], ['{}', ['application/json']])
  await ask(gateway.port, get('/moved/a?callback=cb&b=1'))
  assert.equal((await backend.next()).line, 'GET /there/a?b=1 HTTP/1.1')
  assert.match((await ask(gateway.port, get('/test/?callback=cb'))).body, /Hello from the Pushpin test handler!/)
})

test('bad parameters are refused in words that a page of any origin may read, and the connection goes on', async () => {
  const client = await RawClient.connect(gateway.port)
  for (const [params, message] of [
    ['callback=alert(1)', 'Invalid callback parameter.\n'],
    ['callback=a&_method=A%0d%0aB', 'Invalid _method parameter.\n'],
    ['callback=a&_headers=1', 'Invalid _headers parameter.\n'],
    ['callback=a&_body=', 'Invalid _body parameter.\n'],
  ] as const) {
    client.send(get(`/?${params}`, ['Origin: http://a']))
    assert.deepEqual(shown(await client.response()), [
      'HTTP/1.1 400 Bad Request',
      'Content-Type: text/plain',
      'Access-Control-Allow-Methods: OPTIONS, HEAD, GET, POST, PUT, DELETE',
      'Access-Control-Allow-Credentials: true',
      'Access-Control-Allow-Origin: http://a',
      'Access-Control-Max-Age: 3600',
      `Content-Length: ${message.length}`,
      '',
      message,
    ])
  }
  assert.equal(backend.requests.length, 0)
  await gateway.log.waitFor(/ GET http:\/\/localhost\/\?callback=alert\(1\) code=400 28$/)
  client.abort()
})

test('what went wrong comes as a script, too', async () => {
  const target = `127.0.0.1:${dead}`
  assert.equal(
    (await ask(gateway.port, get('/down?callback=cb'))).body,
    '/**/cb({"code": 502, "reason": "Bad Gateway", "headers": {"Content-Length":"' +
      `${42 + target.length}","Content-Type":"text/plain"}, "body": "Unable to connect to any targets. Tried: ${target}\\n"});\n`,
  )
  const FAILED =
    '/**/cb({"code": 502, "reason": "Bad Gateway", "headers": {"Content-Length":"32","Content-Type":"text/plain"}, ' +
    '"body": "Error while proxying to origin.\\n"});\n'
  backend.answer(answer(['Grip-Hold: never']))
  assert.deepEqual(shown(await ask(gateway.port, get('/?callback=cb'))), script(FAILED, TYPE))
  backend.script = { whole: (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf') }
  assert.deepEqual(shown(await ask(gateway.port, get('/?callback=cb'))), script(FAILED, TYPE))
})

test('WebSocket events cannot come as a script', async () => {
  const headers = '{"Content-Type":"application/websocket-events"}'
  const { body } = await ask(
    gateway.port,
    get(`/events?${query({ _method: 'POST', _headers: headers, _body: 'OPEN' })}`),
  )
  assert.match(body, /"code": 403, .*Client not allowed to send WebSocket events directly\./)
  assert.equal(backend.requests.length, 0)
})

test('a response without content is a script with an empty body', async () => {
  for (const [bytes, code, reason] of [
    ['HTTP/1.1 204 No Content\r\n\r\n', 204, 'No Content'],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n', 304, 'Not Modified'],
  ] as const) {
    backend.answer(bytes)
    assert.deepEqual(
      shown(await ask(gateway.port, get('/?callback=cb'))),
      script(`/**/cb({"code": ${code}, "reason": "${reason}", "headers": {}, "body": ""});\n`, TYPE),
    )
  }
  backend.answer('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
  const { body } = await ask(gateway.port, get('/?callback=cb&_method=HEAD'))
  assert.match(body, /"headers": \{"Content-Length":"100000"\}, "body": ""\}\);\n$/)
})

const NOT_ENCODED = [
  'HTTP/1.1 500 Internal Server Error',
  'Content-Type: text/plain',
  'Content-Length: 47',
  '',
  'Upstream response could not be JSON-P encoded.\n',
]

test('what cannot be a script is an error, and the connection goes on', async () => {
  const client = await RawClient.connect(gateway.port)
  for (const [path, body] of [
    ['/', 'a\xffb'],
    ['/basic', '\xff'],
    ['/basic', ''],
  ] as const) {
    backend.answer(answer([], body))
    client.send(get(`${path}?callback=cb`))
    assert.deepEqual(shown(await client.response()), NOT_ENCODED)
  }
  backend.answer(answer(['Grip-Status: 200'], '\xff'))
  client.send(get('/?callback=cb'))
  assert.deepEqual(shown(await client.response()), NOT_ENCODED)
  client.abort()
})

test('pipelined requests are answered in their order, each in its way', async () => {
  backend.script = { whole: (socket, { line }) => void socket.write(answer([], line.split(' ')[1])) }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/basic?callback=one') + get('/two') + get('/?callback=1') + get('/basic?callback=four&x'))
  assert.equal((await client.response()).body, '/**/one(/basic);\n')
  assert.equal((await client.response()).body, '/two')
  assert.equal((await client.response()).body, 'Invalid callback parameter.\n')
  assert.equal((await client.response()).body, '/**/four(/basic?x);\n')
  client.abort()
})

test('a body behind the request is not taken for the one in the query, nor for the next request', async () => {
  const request = get('/?callback=cb&_method=POST&_body=good', ['Content-Length: 4'])
  const client = await RawClient.connect(gateway.port)
  client.send(`${request}evil${get('/next')}`)
  assert.match((await client.response()).body, /"body": "ok"/)
  assert.equal((await client.response()).body, 'ok')
  client.abort()
  const described = await backend.next()
  assert.deepEqual([described.body, described.values('content-length')], ['good', ['4']])
  assert.equal((await backend.next()).line, 'GET /next HTTP/1.1')
  // One that does not come is not waited for.
  assert.match(await askUntilClosed(gateway.port, request), /"body": "ok"/)
})
