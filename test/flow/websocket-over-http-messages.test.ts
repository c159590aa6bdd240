import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBothForEvents } from '../support/gateway-and-backend.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { event, EVENTS } from '../support/websocket-over-http-backend.ts'
import { openOverHttp } from './open-over-http.ts'

const { gateway, backend } = await startBothForEvents({ routes: ['single.example BACKEND,over_http,one_event'] })

test('each kind of frame from the client is its own event', async () => {
  const { client } = await openOverHttp(gateway, backend)
  const cases = [
    [() => client.sendText('grüße'), 'TEXT 7\r\ngr\xc3\xbc\xc3\x9fe\r\n'],
    [() => client.sendText('x'.repeat(26)), `TEXT 1a\r\n${'x'.repeat(26)}\r\n`],
    [() => client.sendBinary(Buffer.of(0, 255, 13, 10)), 'BINARY 4\r\n\0\xff\r\n\r\n'],
    [() => client.ping(), 'PING\r\n'],
    [() => client.pong(), 'PONG\r\n'],
  ] as const
  for (const [send, body] of cases) {
    send()
    const request = await backend.next()
    assert.equal(request.body, body)
    request.answer()
  }
})

test('an empty message has its length, too', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('')
  assert.equal((await backend.next()).body, 'TEXT 0\r\n\r\n')
})

test('what a ping carries arrives', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.ping('abc')
  const request = await backend.next()
  assert.equal(request.body, 'PING 3\r\nabc\r\n')
  request.answer('PONG 3\r\nabc\r\n')
  assert.equal(await client.next(), 'pong abc')
})

test('each event of the backend is a frame of its kind', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('go')
  const events = [
    'TEXT 7\r\ngr\xc3\xbc\xc3\x9fe\r\n',
    'TEXT 0\r\n\r\n',
    'TEXT\r\n',
    `TEXT 1A\r\n${'x'.repeat(26)}\r\n`,
    'BINARY 4\r\n\0\xff\r\n\r\n',
    'UNKNOWN 4\r\n\0\xff\r\n\r\n',
    'PING\r\n',
    'PONG\r\n',
    'TEXT 3\r\nend\r\n',
  ]
  ;(await backend.next()).answer(events.join(''))
  assert.equal(await client.next(), 'text grüße')
  assert.equal(await client.next(), 'text')
  assert.equal(await client.next(), 'text')
  assert.equal(await client.next(), `text ${'x'.repeat(26)}`)
  assert.equal(await client.next(), 'binary 00ff0d0a')
  assert.equal(await client.next(), 'ping')
  assert.equal(await client.next(), 'pong')
  assert.equal(await client.next(), 'text end')
})

test('events in a chunked answer are events, wherever it is cut', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('go')
  const chunks = ['TE', 'XT 5\r', '\nhe', 'llo\r\nTEXT ', '3\r\nend\r\n'].map(chunk).join('')
  const head = `HTTP/1.1 200 OK\r\n${EVENTS}\r\nTransfer-Encoding: chunked\r\n\r\n`
  ;(await backend.next()).answerBytes(`${head}${chunks}0\r\n\r\n`)
  assert.equal(await client.next(), 'text hello')
  assert.equal(await client.next(), 'text end')
})

function chunk(piece: string): string {
  return `${piece.length.toString(16)}\r\n${piece}\r\n`
}

test('messages that come while a request is in progress leave together in the next', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendText('first')
  const first = await backend.next()
  client.sendText('a')
  client.sendBinary(Buffer.of(1))
  client.ping()
  client.sendText('b')
  // They have all arrived at the gateway when this has; and no request was made, since one is in progress.
  const other = await openOverHttp(gateway, backend)
  other.client.sendText('other')
  const otherRequest = await backend.next()
  assert.equal(otherRequest.body, 'TEXT 5\r\nother\r\n')
  otherRequest.answer()
  first.answer('TEXT 2\r\nok\r\n')
  assert.equal(await client.next(), 'text ok')
  assert.equal((await backend.next()).body, 'TEXT 1\r\na\r\nBINARY 1\r\n\x01\r\nPING\r\nTEXT 1\r\nb\r\n')
})

test('a route may have one message in a request only', async () => {
  const { client } = await openOverHttp(gateway, backend, { host: 'single.example' })
  client.sendText('a')
  const first = await backend.next()
  for (const text of ['b', 'c', 'd']) client.sendText(text)
  first.answer()
  for (const text of ['b', 'c', 'd']) {
    const request = await backend.next()
    assert.equal(request.body, `TEXT 1\r\n${text}\r\n`)
    request.answer()
  }
})

test('a hundred messages and their answers keep their order', async () => {
  backend.handle((request) => {
    if (request.body === 'OPEN\r\n') request.answer('OPEN\r\n')
    else request.answer(request.events.map((line) => event('TEXT', `echo ${line.slice('TEXT '.length)}`)).join(''))
  })
  const client = await openWebSocket(gateway.port)
  for (let index = 0; index < 100; index++) client.sendText(String(index))
  for (let index = 0; index < 100; index++) assert.equal(await client.next(), `text echo ${index}`)
})

test('a message in fragments is one event, when it is whole', async () => {
  const { client } = await openOverHttp(gateway, backend)
  client.sendFrame({ fin: false, payload: 'one,' })
  client.sendFrame({ fin: false, opcode: 0, payload: 'two,' })
  client.sendFrame({ opcode: 0, payload: 'three' })
  assert.equal((await backend.next()).body, 'TEXT d\r\none,two,three\r\n')
})

test('messages of 100,000 bytes arrive whole, both ways', async () => {
  const { client } = await openOverHttp(gateway, backend)
  const content = 'x'.repeat(100_000)
  client.sendText(content)
  const request = await backend.next()
  assert.equal(request.body, event('TEXT', content))
  request.answer(event('TEXT', content) + event('TEXT', 'end'))
  assert.equal((await client.nextMessage()).payload.toString(), content)
  assert.equal(await client.next(), 'text end')
})

test('an answer without events is an answer', async () => {
  const { client } = await openOverHttp(gateway, backend)
  for (const text of ['a', 'b']) {
    client.sendText(text)
    const request = await backend.next()
    assert.equal(request.body, `TEXT 1\r\n${text}\r\n`)
    request.answer()
  }
})
