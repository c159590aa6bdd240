import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { ask, RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { verifiedClaims } from '../support/token.ts'
import { startChain } from './gateway-chain.ts'
import { get, holdOn } from './held.ts'
import { answer, jsonInstruct, longPoll, stream } from './origin-answer.ts'

const backend = await startBackend()
const { outer, inner, stop } = await startChain(
  backend.port,
  {
    routes: ['* NEXT', 'debug.example,debug NEXT', 'marks.example,orig_headers NEXT'],
    config: { proxy: { orig_headers_need_mark: 'X-Marked' } },
  },
  { routes: ['* NEXT', 'marks.example,orig_headers NEXT', 'strips.example NEXT'] },
)
beforeEach(() => backend.reset())
after(async () => {
  await stop()
  await backend.stop()
})

const get2 = (host: string, headers: readonly string[] = []): string => get('/', headers).replace('localhost', host)

test("the backend gets the outer gateway's signature, and the inner one adds nothing", async () => {
  await ask(outer.port, get('/', ['Grip-Sig: forged', 'Grip-Last: a; last-id=1']))
  const request = await backend.next()
  const [token = '', ...others] = request.values('grip-sig')
  assert.deepEqual(others, [])
  assert.equal(verifiedClaims(token, 'outer-key')['iss'], 'outer')
  assert.equal(request.values('grip-feature').length, 1)
  assert.deepEqual(request.values('grip-last'), [])
})

test('who comes to the inner gateway directly is a client of that one', async () => {
  backend.answer(stream('direct'))
  const client = await holdOn(inner, 'direct', get('/', ['Grip-Feature: forged']))
  const request = await backend.next()
  assert.equal(verifiedClaims(request.values('grip-sig')[0] ?? '', 'inner-key')['iss'], 'pushpin')
  await inner.publish([{ channel: 'direct', formats: { 'http-stream': { content: 'here' } } }])
  await client.until('here')
  client.abort()
})

test('a stream is held by the outer gateway, and only what is published there arrives', async () => {
  backend.answer(stream('events', ['Content-Type: text/event-stream', 'Grip-Status: 201 Open'], 'first\n'))
  const client = await holdOn(outer, 'events')
  const start = await client.until('first\n')
  assert.match(start, /^HTTP\/1\.1 201 Open\r\n/)
  assert.doesNotMatch(start, /grip-/i)
  await inner.publish([{ channel: 'events', formats: { 'http-stream': { content: 'wrong' } } }])
  await inner.log.waitFor(/publish channel=events receivers=0/)
  await outer.publish([{ channel: 'events', formats: { 'http-stream': { content: 'right' } } }])
  await outer.publish([{ channel: 'events', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, 'first\nright')
  assert.deepEqual(inner.log.matching(/ channel=events$/), [])
  client.abort()
})

test('a long poll is held by the outer gateway and answered from there', async () => {
  backend.answer(longPoll('poll', ['X-A: 1']))
  const client = await holdOn(outer, 'poll')
  await outer.publish([{ channel: 'poll', formats: { 'http-response': { body: 'now' } } }])
  const response = await client.response()
  assert.equal(response.body, 'now')
  assert.deepEqual(response.values('x-a'), ['1'])
  client.abort()
})

test('instructions in a body pass the inner gateway', async () => {
  backend.answer(jsonInstruct({ hold: { mode: 'stream', channels: [{ name: 'json' }] }, response: { body: 'first' } }))
  const client = await holdOn(outer, 'json')
  await client.until('first')
  client.abort()
})

test('a hint makes the outer gateway ask again, with the last id, through the inner one', async () => {
  backend.answer(longPoll('hinted; prev-id=4'))
  const client = await holdOn(outer, 'hinted')
  await backend.next()
  backend.answer(answer([], 'again'))
  await outer.publish([{ channel: 'hinted', formats: { 'http-response': { action: 'hint' } } }])
  assert.equal((await client.response()).body, 'again')
  assert.deepEqual((await backend.next()).values('grip-last'), ['hinted; last-id=4'])
  client.abort()
})

test('instructions that are wrong are refused by the outer gateway', async () => {
  backend.answer(answer(['Grip-Hold: maybe']))
  const response = await ask(outer.port, get2('debug.example'))
  assert.equal(response.code, 502)
  assert.match(response.body, /^Failed to parse accept instructions: Grip-Hold /)
})

test('a large response of a stream passes the inner gateway without being kept', async () => {
  const body = 'x'.repeat(300_000)
  backend.answer(stream('large', [], body))
  const client = await holdOn(outer, 'large')
  await outer.publish([{ channel: 'large', formats: { 'http-stream': { content: 'end' } } }])
  await outer.publish([{ channel: 'large', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, `${body}end`)
  client.abort()
})

test('a request body passes both gateways', async () => {
  const body = 'x'.repeat(500_000)
  const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`
  assert.equal((await ask(outer.port, head + body)).body, 'ok')
  assert.equal((await backend.next()).body, body)
})

const MARKED = /^eb9bf0f5-/i
const SENT = ['X-A: 1', 'X-Marked: 2', 'eb9bf0f5-X-Marked: 3']

test('what the first client sent is told in marked headers, from end to end', async () => {
  await ask(outer.port, get2('marks.example', SENT))
  const request = await backend.next()
  assert.deepEqual(
    request.headers.filter((line) => MARKED.test(line)),
    ['eb9bf0f5-Host: marks.example', 'eb9bf0f5-X-A: 1', 'eb9bf0f5-X-Marked: 3'],
  )
  assert.deepEqual(request.values('x-a'), ['1'])
})

test('without orig_headers at both gateways there are no marked headers', async () => {
  for (const host of ['strips.example', 'localhost']) {
    await ask(outer.port, get2(host, SENT))
    assert.doesNotMatch((await backend.next()).bytes, /eb9bf0f5-/i)
  }
})

test('a client that leaves the outer gateway leaves the backend', async () => {
  backend.script = {}
  const client = await RawClient.connect(outer.port)
  client.send(get('/slow'))
  await backend.next()
  client.abort()
  await inner.log.waitFor(/\/slow -> \S+ error$/)
})
