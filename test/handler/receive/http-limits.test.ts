import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { HttpApi } from '../../../handler/receive/http-api.ts'
import { FakeInbox } from './fakes.ts'
import { startPublishApi } from './publish-api.ts'
import { exchange, RawClient } from './raw-http.ts'

const ITEM = '{"items":[{"channel":"c","formats":{"http-stream":{"content":"x"}}}]}'
const POST = 'POST /publish/ HTTP/1.1\r\nHost: h\r\n'

let inbox: FakeInbox
let api: HttpApi

before(async () => {
  api = await startPublishApi(() => inbox)
})
after(() => api.close())
beforeEach(() => {
  inbox = new FakeInbox()
})

async function refuses(request: string, status: string, sentence: string): Promise<void> {
  const answer = await exchange(api.port, request)
  assert.equal(answer.status, status)
  assert.equal(answer.body, sentence)
  assert.equal(answer.headers['content-type'], 'text/plain')
  assert.deepEqual(inbox.items, [])
}

test('a header that is too large is refused, even while the client still sends it', () =>
  refuses(`GET / HTTP/1.1\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`, '400 Bad Request', 'Request header too large.\n'))

for (const bytes of [
  'nonsense\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc',
  'GET / HTTP/1.1\r\nbad header\r\n\r\n',
]) {
  test(`what is not HTTP is refused: ${JSON.stringify(bytes)}`, () =>
    refuses(bytes, '400 Bad Request', 'Failed to parse request header.\n'))
}

for (const request of [
  `${POST}\r\n`,
  `${POST}Transfer-Encoding: chunked\r\n\r\n`,
  'PUT /other HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n',
]) {
  test(`a length is required, before any body is read: ${JSON.stringify(request)}`, () =>
    refuses(request, '411 Length Required', 'Request requires Content-Length.\n'))
}

test('GET, HEAD, DELETE and OPTIONS need no length', async () => {
  for (const method of ['GET', 'DELETE', 'OPTIONS']) {
    const answer = await exchange(api.port, `${method} / HTTP/1.1\r\n\r\n`)
    assert.equal(answer.status, '200 OK')
  }
})

for (const length of ['abc', '-1', '', '1 2', '99999999999999999999999']) {
  test(`the length "${length}" is refused`, () =>
    refuses(`${POST}Content-Length: ${length}\r\n\r\n`, '400 Bad Request', 'Bad Content-Length.\n'))
}

test('a body over the limit is refused before it is read', () =>
  refuses(`${POST}Content-Length: 1000001\r\n\r\n`, '400 Bad Request', 'Request body too large.\n'))

test('a body at the limit is taken', async () => {
  const start = '{"items":[{"channel":"c","formats":{"http-stream":{"content":"'
  const body = `${start}${'x'.repeat(1_000_000 - start.length - 6)}"}}}]}`
  const answer = await exchange(api.port, `${POST}Content-Length: 1000000\r\n\r\n${body}`)
  assert.equal(answer.body, 'Published\n')
})

test('the connection goes on after a body that was too large', async () => {
  const client = new RawClient(api.port)
  client.send(`${POST}Content-Length: 3000000\r\n\r\n${'x'.repeat(3_000_000)}`)
  const refused = await client.answer()
  assert.equal(refused.body, 'Request body too large.\n')
  client.send(`${POST}Content-Length: ${ITEM.length}\r\n\r\n${ITEM}`)
  const taken = await client.answer()
  assert.equal(taken.body, 'Published\n')
  client.close()
})

for (const connection of ['keep-alive', 'close']) {
  test(`nothing is published when the body is longer than announced (Connection: ${connection})`, () =>
    refuses(
      `${POST}Connection: ${connection}\r\nContent-Length: ${ITEM.length}\r\n\r\n${ITEM}more`,
      '400 Bad Request',
      'Request body exceeded Content-Length.\n',
    ))
}

test('who expects 100-continue is told to continue', async () => {
  const client = new RawClient(api.port)
  client.send(`${POST}Expect: 100-continue\r\nContent-Length: ${ITEM.length}\r\n\r\n`)
  const goOn = await client.answer()
  assert.equal(goOn.status, '100 Continue')
  client.send(ITEM)
  const answer = await client.answer()
  assert.equal(answer.body, 'Published\n')
  client.close()
})

test('a publisher that goes away in the middle of its body harms nobody', async () => {
  const client = new RawClient(api.port)
  client.send(`${POST}Content-Length: 500\r\n\r\n{"items":[`)
  client.close()
  await client.closed
  const answer = await exchange(api.port, `${POST}Content-Length: ${ITEM.length}\r\n\r\n${ITEM}`)
  assert.equal(answer.body, 'Published\n')
})

test('brackets nested a million deep are refused', () =>
  refuses(
    `${POST}Content-Length: 999999\r\n\r\n${'['.repeat(999_999)}`,
    '400 Bad Request',
    'Body is not valid JSON.\n',
  ))

test('closing does not wait for a request that never ends', async () => {
  const server = await startPublishApi(() => inbox, 1000)
  const client = new RawClient(server.port)
  client.send(`${POST}Expect: 100-continue\r\nContent-Length: 500\r\n\r\n`)
  await client.answer()
  await server.close()
  await client.closed
})
