import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'

const { gateway, backend } = await startBoth()

/** Longer than all buffers in between together. */
const LARGE = 8_000_000

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`the body of a ${method} with a length reaches the backend whole`, async () => {
    const { code } = await ask(gateway.port, `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`)
    assert.equal(code, 200)
    const request = await backend.next()
    assert.equal(request.body, 'hello')
    assert.deepEqual(request.values('content-length'), ['5'])
    assert.deepEqual(request.values('transfer-encoding'), [])
  })

  test(`a chunked body of a ${method} is no second request to the backend`, async () => {
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n`
    const head = `${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`
    const { code } = await ask(gateway.port, `${head}${chunk}0\r\n\r\n`)
    assert.equal(code, 200)
    const request = await backend.next()
    assert.equal(request.body, smuggled)
    assert.equal(request.values('transfer-encoding').length + request.values('content-length').length, 1)
    assert.equal(backend.requests.length, 1)
  })
}

test('a POST without content has a length of zero', async () => {
  await ask(gateway.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
  const request = await backend.next()
  assert.deepEqual(request.values('content-length'), ['0'])
  assert.deepEqual(request.values('transfer-encoding'), [])
})

test('a GET without content has no length', async () => {
  await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const request = await backend.next()
  assert.deepEqual(request.values('content-length'), [])
  assert.deepEqual(request.values('transfer-encoding'), [])
})

test('a body is passed on as it arrives', async () => {
  const client = await RawClient.connect(gateway.port)
  let received = ''
  backend.script = { bytes: (_socket, piece) => void (received += piece) }
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst')
  await until(() => received.endsWith('first'), 'the first half at the backend')
  client.send('other')
  await until(() => received.endsWith('firstother'), 'the second half at the backend')
  client.abort()
})

test('a response before the end of the body is relayed, and the connection then closed', async () => {
  // RFC 9112 9.6: closing at once could destroy the answer on its way.
  const refusal = 'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo much'
  backend.script = { head: (socket) => void socket.write(refusal) }
  const client = await RawClient.connect(gateway.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n${'x'.repeat(1000)}`)
  const response = await client.response()
  assert.equal(response.code, 413)
  assert.equal(response.body, 'too much')
  assert.deepEqual(response.values('connection'), ['close'])
  assert.equal(await client.closed(), '')
})

test('a client that goes on sending its refused body still gets the answer', async () => {
  backend.script = {
    head: (socket) => void socket.write('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo much'),
  }
  const client = await RawClient.connect(gateway.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n`)
  const sender = setInterval(() => client.send('x'.repeat(10_000)), 1)
  try {
    const response = await client.response()
    assert.equal(response.code, 413)
    assert.equal(response.body, 'too much')
    await client.closed()
  } finally {
    clearInterval(sender)
    client.abort()
  }
})

test('what is left of a body that was answered early is no request, and no part of one', async () => {
  backend.script = {
    head: (socket, { line }) => {
      if (line.startsWith('POST')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly')
    },
    whole: (socket, { line }) => {
      if (line.startsWith('GET')) socket.write(OK)
    },
  }
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
  const client = await RawClient.connect(gateway.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length + 1}\r\n\r\nx`)
  assert.equal((await client.response()).body, 'early')
  client.send(`${smuggled}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`)
  const next = await client.response().catch(() => undefined)
  if (next !== undefined) assert.equal(next.body, 'ok')
  client.abort()
  await ask(gateway.port, 'GET /good HTTP/1.1\r\nHost: a\r\n\r\n')
  const lines = backend.requests.map(({ line }) => line)
  assert.ok(!lines.includes('GET /smuggled HTTP/1.1'), lines.join())
  assert.ok(lines.includes('GET /good HTTP/1.1'))
})

test('a backend that leaves in the middle of an upload is a failure the client hears of', async () => {
  backend.script = { head: (socket) => void socket.destroy() }
  const client = await RawClient.connect(gateway.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n${'x'.repeat(200_000)}`)
  const response = await client.response()
  assert.equal(response.code, 502)
  assert.equal(response.body, 'Error while proxying to origin.\n')
  assert.equal(await client.closed(), '')
})
