import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { get, held, holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ routes: ['*,path_beg=/debug,debug BACKEND'] })

const LIMIT = 100_000

function post(path: string, size: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${'r'.repeat(size)}`
}

test('a stream begins with as much content as the backend has', async () => {
  for (const [name, size] of [
    ['fits', LIMIT],
    ['over', LIMIT + 1],
    ['far', 3_000_000],
  ] as const) {
    const body = 'x'.repeat(size)
    backend.answer(stream(name, ['Grip-Status: 201', 'X-A: 1'], body))
    const client = await holdOn(gateway, name)
    await gateway.publish([{ channel: name, formats: { 'http-stream': { content: 'published' } } }])
    await client.until('published')
    await gateway.publish([{ channel: name, formats: { 'http-stream': { action: 'close' } } }])
    const response = await client.response()
    assert.equal(response.line, 'HTTP/1.1 201 Created')
    assert.deepEqual(response.values('x-a'), ['1'])
    assert.deepEqual(
      response.headers.filter((header) => /^(?:grip-|content-length)/i.test(header)),
      [],
    )
    assert.equal(response.body.length, size + 'published'.length)
    assert.equal(response.body, `${body}published`)
    client.abort()
  }
})

test('a large stream reaches the client while the backend still sends, and is held when it has ended', async () => {
  const start = 'x'.repeat(LIMIT + 1)
  let backendSide: Socket | undefined
  backend.script = {
    whole: (socket) => {
      backendSide = socket
      socket.write(stream('slow').replace('Content-Length: 0', `Content-Length: ${start.length + 3}`) + start)
    },
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/slow'))
  await client.until(start.slice(0, 1000))
  assert.deepEqual(gateway.log.matching(/channel=slow$/), [])
  backendSide?.write('end')
  await held(gateway, 'slow')
  await gateway.publish([{ channel: 'slow', formats: { 'http-stream': { content: 'published' } } }])
  await client.until('published')
  client.abort()
})

test('a long poll whose timeout response is too large is refused', async () => {
  backend.answer(longPoll('large', [], 'x'.repeat(LIMIT + 1)))
  const plain = await ask(gateway.port, get('/'))
  assert.equal(plain.code, 502)
  assert.equal(plain.body, 'Error while proxying to origin.\n')
  const debug = await ask(gateway.port, get('/debug'))
  assert.equal(debug.code, 502)
  assert.equal(debug.body, `GRIP instruct response too large from 127.0.0.1:${backend.port}\n`)
})

test('a long poll with a timeout response of the largest size is held', async () => {
  backend.answer(longPoll('largest', [], 'x'.repeat(LIMIT)))
  const client = await holdOn(gateway, 'largest')
  await gateway.publish([{ channel: 'largest', formats: { 'http-response': { body: 'hello' } } }])
  assert.equal((await client.response()).body, 'hello')
  client.abort()
})

test('a request with a large body cannot be held', async () => {
  for (const response of [longPoll('body'), stream('body'), stream('body', [], 'x'.repeat(LIMIT + 1))]) {
    backend.answer(response)
    const { code, body } = await ask(gateway.port, post('/', LIMIT + 1))
    assert.equal(code, 400)
    assert.equal(body, 'Request too large to accept GRIP instruct.\n')
  }
  assert.deepEqual(gateway.log.matching(/channel=body$/), [])
})

test('a request with a body of the largest size is held', async () => {
  backend.answer(longPoll('largest-body'))
  const client = await holdOn(gateway, 'largest-body', post('/', LIMIT))
  await gateway.publish([{ channel: 'largest-body', formats: { 'http-response': { body: 'hello' } } }])
  assert.equal((await client.response()).body, 'hello')
  client.abort()
})
