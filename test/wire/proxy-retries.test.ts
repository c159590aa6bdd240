import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import type { Script } from '../support/recording-backend.ts'

const { gateway, backend } = await startBoth()

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

const CLOSE: Script = { whole: (socket) => socket.destroy() }

/** Makes the gateway keep a connection to the backend, which serves the next request on it as `then` says, and all others well. */
async function keepConnection(then: Script): Promise<void> {
  assert.equal((await ask(gateway.port, get('/before'))).code, 200)
  const { connection: kept } = await backend.next()
  backend.script = {
    whole: (socket, request) => {
      if (request.connection === kept) then.whole?.(socket, request)
      else socket.write(OK)
    },
  }
}

test('a GET on a kept connection that the backend closes is asked again on a new one', async () => {
  await keepConnection(CLOSE)
  assert.equal((await ask(gateway.port, get('/again'))).code, 200)
  const [first, second] = [await backend.next(), await backend.next()]
  assert.equal(first.line, 'GET /again HTTP/1.1')
  assert.equal(second.line, 'GET /again HTTP/1.1')
  assert.notEqual(first.connection, second.connection)
})

test('a PUT is asked again with its whole body', async () => {
  await keepConnection(CLOSE)
  assert.equal((await ask(gateway.port, 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello')).code, 200)
  assert.equal((await backend.next()).body, 'hello')
  assert.equal((await backend.next()).body, 'hello')
})

// RFC 9110 9.2.2: what the first try has done cannot be known.
for (const method of ['POST', 'PATCH']) {
  for (const body of ['', 'hello']) {
    test(`a ${method} ${body === '' ? 'without' : 'with'} a body that may have had an effect is not sent again`, async () => {
      await keepConnection(CLOSE)
      const request = `${method} /once HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      assert.equal((await ask(gateway.port, request)).code, 502)
      assert.equal(backend.requests.filter(({ line }) => line === `${method} /once HTTP/1.1`).length, 1)
    })
  }
}

test('a request that fails on a new connection is not sent a third time', async () => {
  await keepConnection(CLOSE)
  backend.script = CLOSE
  assert.equal((await ask(gateway.port, get('/again'))).code, 502)
  assert.equal(backend.requests.filter(({ line }) => line === 'GET /again HTTP/1.1').length, 2)
})

const answered: [what: string, bytes: string][] = [
  ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ['a malformed header', 'HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n'],
  ['half a header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n'],
]

for (const [what, bytes] of answered) {
  test(`a backend that answers with ${what} on a kept connection has answered, and is not asked again`, async () => {
    await keepConnection({ whole: (socket) => void socket.end(bytes) })
    assert.equal((await ask(gateway.port, get('/answered'))).code, 502)
    assert.equal(backend.requests.filter(({ line }) => line === 'GET /answered HTTP/1.1').length, 1)
  })
}

test('a connection that the backend announced to close soon is not used again', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok')
  await ask(gateway.port, get('/1'))
  await ask(gateway.port, get('/2'))
  const [first, second] = [await backend.next(), await backend.next()]
  assert.notEqual(first.connection, second.connection)
})
