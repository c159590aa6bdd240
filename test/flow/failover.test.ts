import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'

const [closed = 0] = await freePorts(1)
const first = await startBackend()
const second = await startBackend()
const gateway = await startGateway({
  routes: [
    `* 127.0.0.1:${closed} 127.0.0.1:${first.port} 127.0.0.1:${second.port}`,
    `nobody.example 127.0.0.1:${closed} 127.0.0.1:${closed}`,
    `debug.example,debug 127.0.0.1:${closed} 127.0.0.1:${closed}`,
  ],
})
after(async () => {
  await gateway.stop()
  await first.stop()
  await second.stop()
})

test('a target that cannot be reached is passed over, with the body of the request kept', async () => {
  const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello'
  for (let i = 0; i < 3; i++) {
    assert.equal((await ask(gateway.port, request)).body, 'ok')
    assert.equal((await first.next()).body, 'hello')
  }
  assert.equal(second.requests.length, 0)
  await gateway.log.waitFor(new RegExp(` -> 127\\.0\\.0\\.1:${first.port} code=200 2$`))
})

test('an error that a target answers is the answer, and a broken one is not tried elsewhere', async () => {
  first.answer(answer([], 'own error', '503 Service Unavailable'))
  const { code, body } = await ask(gateway.port, get('/'))
  assert.equal(code, 503)
  assert.equal(body, 'own error')
  first.script = { whole: (socket) => socket.destroy() }
  const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello'
  assert.equal((await ask(gateway.port, request)).code, 502)
  assert.equal(second.requests.length, 0)
  first.reset()
})

test('when no target can be reached the client is told, and with debug also which', async () => {
  const plain = await ask(gateway.port, get('/').replace('localhost', 'nobody.example'))
  assert.equal(plain.code, 502)
  assert.equal(plain.body, 'Error while proxying to origin.\n')
  const debug = await ask(gateway.port, get('/').replace('localhost', 'debug.example'))
  assert.equal(debug.code, 502)
  const target = `127.0.0.1:${closed}`
  assert.equal(debug.body, `Unable to connect to any targets. Tried: ${target}, ${target}\n`)
})

test('the next request begins with the first target again', async () => {
  assert.equal((await ask(gateway.port, get('/'))).body, 'ok')
  assert.equal(second.requests.length, 0)
})
