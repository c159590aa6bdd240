// GRIP 2.11
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'

const gateway = await startGateway({ routes: ['* test', '*,path_beg=/try test', '*,path_beg=/raw/,no_grip test'] })
after(() => gateway.stop())

const HELLO = 'Hello from the Pushpin test handler!\n'
const answers: [target: string, status: string, body: string][] = [
  ['/', '200 OK', HELLO],
  ['/?channel=x', '200 OK', HELLO],
  ['/try', '200 OK', HELLO],
  ['/try/', '200 OK', HELLO],
  ['/other', '404 Not Found', 'no such test resource\n'],
  ['/response/more', '404 Not Found', 'no such test resource\n'],
  ['/raw/response', '200 OK', 'nothing for now\n'],
  ['/raw/response/', '200 OK', 'nothing for now\n'],
  ['/raw/stream', '200 OK', '[stream opened]\n'],
]

for (const [target, status, body] of answers) {
  test(`the test responder answers ${target}`, async () => {
    const response = await ask(gateway.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal(response.line, `HTTP/1.1 ${status}`)
    assert.deepEqual(response.values('content-type'), ['text/plain'])
    assert.equal(response.body, body)
  })
}

test('the instructions of the test responder can be read where nothing acts on them', async () => {
  const response = await ask(
    gateway.port,
    'GET /raw/stream?channel=a&channel=b%20c&channel=a HTTP/1.1\r\nHost: a\r\n\r\n',
  )
  assert.deepEqual(response.values('grip-hold'), ['stream'])
  assert.deepEqual(response.values('grip-channel'), ['a, b c'])
  const other = await ask(gateway.port, 'GET /raw/response HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.deepEqual(other.values('grip-hold'), ['response'])
  assert.deepEqual(other.values('grip-channel'), ['test'])
})

test('a channel whose name is not ASCII is instructed in UTF-8, without control characters', async () => {
  const request = 'GET /raw/stream?channel=%E2%86%92%1F&channel=%C3%BC HTTP/1.1\r\nHost: a\r\n\r\n'
  const response = await ask(gateway.port, request)
  assert.equal(response.code, 200)
  assert.deepEqual(response.values('grip-channel'), ['\xe2\x86\x92, \xc3\xbc'])
})

test('the connection to the test responder is kept', async () => {
  const client = await RawClient.connect(gateway.port)
  for (const [target, , body] of answers) {
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal((await client.response()).body, body)
  }
  client.abort()
})

test('any method works, and a body of 100000 bytes', async () => {
  const body = 'x'.repeat(100_000)
  const response = await ask(gateway.port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${body}`)
  assert.equal(response.body, HELLO)
})

test('a larger body is refused', async () => {
  const body = 'x'.repeat(100_001)
  const response = await ask(gateway.port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n${body}`)
  assert.equal(response.line, 'HTTP/1.1 400 Bad Request')
  assert.deepEqual(response.values('content-type'), ['text/plain'])
  assert.equal(response.body, 'request too large\n')
})

for (const path of ['/stream', '/stream/', '/try/stream']) {
  test(`what is published to a channel arrives at ${path}`, async () => {
    const client = await RawClient.connect(gateway.port)
    client.send(`GET ${path}?channel=news HTTP/1.1\r\nHost: a\r\n\r\n`)
    const head = await client.until('[stream opened]\n')
    assert.ok(head.startsWith('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'), head)
    assert.doesNotMatch(head, /^(?:grip-|content-length)/im)
    await gateway.publish([{ channel: 'news', formats: { 'http-stream': { content: 'hello\n' } } }])
    await client.until('\r\n6\r\nhello\n\r\n')
    client.abort()
  })
}

test('what is published to a channel answers /response', async () => {
  const client = await RawClient.connect(gateway.port)
  client.send('GET /response?channel=poll HTTP/1.1\r\nHost: a\r\n\r\n')
  await gateway.log.waitFor(/subscribe http:\/\/a\/response\?channel=poll channel=poll/)
  await gateway.publish([{ channel: 'poll', formats: { 'http-response': { body: 'hello\n' } } }])
  assert.equal((await client.response()).body, 'hello\n')
  client.abort()
})
