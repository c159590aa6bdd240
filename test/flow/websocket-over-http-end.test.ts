import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { event, EVENTS } from '../support/websocket-over-http-backend.ts'
import { openOverHttp } from './open-over-http.ts'
import { answer } from './origin-answer.ts'

const { gateway, backend } = await startBothForEvents()

test('a client that closes tells the backend code and reason, and gets the answer', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.close(4321, 'bye')
  const request = await backend.next()
  assert.equal(request.body, 'CLOSE 5\r\n\x10\xe1bye\r\n')
  request.answer('CLOSE 5\r\n\x10\xe1bye\r\n')
  assert.equal(await client.next(), 'close 4321 bye')
  client.finish()
  assert.deepEqual(await client.closed(), [])
})

test('a client that closes without a code tells none', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.close()
  const request = await backend.next()
  assert.equal(request.body, 'CLOSE\r\n')
  request.answer('CLOSE\r\n')
  assert.match(await client.next(), /^close(?: 1000)?$/)
})

test('what the client said before it closed comes before the close', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('a')
  const first = await backend.next()
  client.sendText('b')
  client.close(1000)
  first.answer()
  const request = await backend.next()
  assert.equal(request.body, 'TEXT 1\r\nb\r\nCLOSE 2\r\n\x03\xe8\r\n')
  request.answer('TEXT 4\r\nlast\r\nCLOSE 2\r\n\x03\xe8\r\n')
  assert.equal(await client.next(), 'text last')
  assert.equal(await client.next(), 'close 1000')
})

test('a client that closes is cut when the backend does not close, too', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.close(1000)
  ;(await backend.next()).answer()
  assert.deepEqual(await client.closed(), [])
})

const closes: [what: string, events: string, frame: RegExp][] = [
  ['with code and reason', 'CLOSE 6\r\n\x0f\xa1over\r\n', /^close 4001 over$/],
  ['with a code', 'CLOSE 2\r\n\x03\xe9\r\n', /^close 1001$/],
  ['without a code', 'CLOSE\r\n', /^close(?: 1000)?$/],
  // What libraries send for a close without a code; no such code is allowed on the wire.
  ['with the code 0', 'CLOSE 2\r\n\0\0\r\n', /^close(?: 1000)?$/],
]

for (const [what, events, frame] of closes) {
  test(`the backend closes the WebSocket ${what}, and nothing it says after that arrives`, async () => {
    const { client } = await openOverHttp(gateway, backend)
    client.sendText('a')
    ;(await backend.next()).answer(`TEXT 4\r\nlast\r\n${events}TEXT 8\r\ntoo late\r\n`)
    assert.equal(await client.next(), 'text last')
    assert.match(await client.next(), frame)
    client.close()
    client.finish()
    assert.deepEqual(await client.closed(), [])
  })
}

const cuts: [what: string, answer: string][] = [
  ['says DISCONNECT', answer([EVENTS], 'DISCONNECT\r\nTEXT 8\r\ntoo late\r\n')],
  ['opens it again', answer([EVENTS], 'OPEN\r\n')],
  ['answers with an error', answer([EVENTS], 'TEXT 1\r\nx\r\n', '500 Internal Server Error')],
  ['answers something else than events', answer(['Content-Type: text/plain'], 'TEXT 1\r\nx\r\n')],
  ['answers without a type', answer([], '')],
  ['answers an event without its end', answer([EVENTS], 'TEXT 5\r\nhel')],
  ['answers an event that is longer than it says', answer([EVENTS], 'TEXT 1\r\nhello\r\n')],
  ['answers an event whose length is no number', answer([EVENTS], 'TEXT x\r\nhello\r\n')],
  ['answers more than 1,000,000 bytes', answer([EVENTS], event('TEXT', 'x'.repeat(1_000_001)))],
]

for (const [what, bytes] of cuts) {
  test(`a backend that ${what}: the client is cut without a close frame`, async () => {
    const { client } = await openOverHttp(gateway, backend)
    client.sendText('a')
    ;(await backend.next()).answerBytes(bytes)
    const left = await client.closed()
    assert.deepEqual(
      left.filter((frame) => frame.startsWith('close')),
      [],
    )
  })
}

test('a backend that cuts the connection after it has got the whole request: the client is cut', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('a')
  ;(await backend.next()).cut()
  assert.deepEqual(await client.closed(), [])
})

for (const [what, bytes] of [
  ['whatever it answers', answer([], '', '500 Internal Server Error')],
  ['with events', answer([EVENTS], 'TEXT 1\r\nx\r\n')],
] as const) {
  test(`the backend hears that a client has vanished (${what})`, async () => {
    const { client, open } = await openOverHttp(gateway, backend)
    client.vanish()
    const request = await backend.next()
    assert.equal(request.body, 'DISCONNECT\r\n')
    assert.equal(request.value('connection-id'), open.value('connection-id'))
    request.answerBytes(bytes)
    const other = await openOverHttp(gateway, backend)
    other.client.sendText('a')
    assert.equal((await backend.next()).body, 'TEXT 1\r\na\r\n')
    assert.equal(backend.requests.length, 4)
  })
}

test('a client that vanishes while a request is in progress is told of, too', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('a')
  const request = await backend.next()
  client.vanish()
  request.answer()
  assert.equal((await backend.next()).body, 'DISCONNECT\r\n')
})
