// GRIP 2.10: the errors of the gateway, byte for byte.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

const { gateway, backend } = await startBoth({
  condition: 'a',
  routes: [
    'debug.example,debug BACKEND',
    'down.example 127.0.0.1:1 127.0.0.1:2',
    'down-debug.example,debug 127.0.0.1:1 127.0.0.1:2',
    'path.example,path_beg=/here BACKEND',
  ],
})

const target = `127.0.0.1:${backend.port}`
const FAILED = 'Error while proxying to origin.\n'
const TOO_LARGE = `HTTP/1.1 200 OK\r\nGrip-Hold: response\r\nGrip-Channel: c\r\nContent-Length: 100001\r\n\r\n${'x'.repeat(100_001)}`
const NO_SUCH_HOLD = 'HTTP/1.1 200 OK\r\nGrip-Hold: maybe\r\nGrip-Channel: c\r\nContent-Length: 2\r\n\r\nok'
const REASON = "Failed to parse accept instructions: Grip-Hold must be set to either 'response' or 'stream'\n"

const failures: [what: string, host: string, answer: string | undefined, status: string, body: string][] = [
  ['a host that no route takes', 'unknown.example', undefined, '502 Bad Gateway', 'Route not found\n'],
  ['a path that no route of the host takes', 'path.example', undefined, '502 Bad Gateway', 'Route not found\n'],
  ['targets that are down', 'down.example', undefined, '502 Bad Gateway', FAILED],
  [
    'targets that are down, explained',
    'down-debug.example',
    undefined,
    '502 Bad Gateway',
    'Unable to connect to any targets. Tried: 127.0.0.1:1, 127.0.0.1:2\n',
  ],
  ['a backend that does not speak HTTP', 'a', 'hello', '502 Bad Gateway', FAILED],
  ['a backend that does not speak HTTP, on a debug route', 'debug.example', 'hello', '502 Bad Gateway', FAILED],
  ['instructions that make no sense', 'a', NO_SUCH_HOLD, '502 Bad Gateway', FAILED],
  ['instructions that make no sense, explained', 'debug.example', NO_SUCH_HOLD, '502 Bad Gateway', REASON],
  ['instructions with too large a body', 'a', TOO_LARGE, '502 Bad Gateway', FAILED],
  [
    'instructions with too large a body, explained',
    'debug.example',
    TOO_LARGE,
    '502 Bad Gateway',
    `GRIP instruct response too large from ${target}\n`,
  ],
]

for (const [what, host, answer, status, body] of failures) {
  test(`${what}: the client reads a sentence`, async () => {
    if (answer !== undefined) backend.answer(answer)
    const response = await ask(gateway.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    assert.equal(response.line, `HTTP/1.1 ${status}`)
    assert.deepEqual(response.headers.slice(0, 2), ['Content-Type: text/plain', `Content-Length: ${body.length}`])
    assert.equal(response.body, body)
  })
}

test('an error of the gateway does not end the connection', async () => {
  const client = await RawClient.connect(gateway.port)
  for (let times = 0; times < 3; times++) {
    client.send('GET / HTTP/1.1\r\nHost: unknown.example\r\n\r\n')
    const response = await client.response()
    assert.equal(response.code, 502)
    assert.ok(!response.values('connection').includes('close'), response.bytes)
  }
  client.abort()
})

for (const host of ['a', 'debug.example']) {
  test(`a request of more than 100000 bytes cannot be held (${host})`, async () => {
    backend.answer('HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: c\r\nContent-Length: 2\r\n\r\nok')
    const request = `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100001\r\n\r\n${'x'.repeat(100_001)}`
    const response = await ask(gateway.port, request)
    assert.equal(response.line, 'HTTP/1.1 400 Bad Request')
    assert.equal(response.body, 'Request too large to accept GRIP instruct.\n')
  })
}

test('a request of 100000 bytes can be held', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nGrip-Set-Meta: a=b\r\nContent-Length: 2\r\n\r\nok')
  const request = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`
  assert.equal((await ask(gateway.port, request)).body, 'ok')
})

test('a body that was sent to a host without route does not become the next request', async () => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
  const head = `POST / HTTP/1.1\r\nHost: unknown.example\r\nContent-Length: ${smuggled.length}\r\n\r\n`
  const response = await ask(gateway.port, head + smuggled)
  assert.equal(response.code, 502)
  await ask(gateway.port, 'GET /good HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => backend.requests.length > 0, 'the good request')
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET /good HTTP/1.1'],
  )
})
