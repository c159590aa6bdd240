// GRIP 3.10: whose session a request is of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'

// Two workers: what one is told the other has to know.
const { gateway, backend } = await startBoth({
  condition: '*,session',
  routes: ['plain.example BACKEND', 'off.example,session,no_grip BACKEND', 'down.example,session 127.0.0.1:1 BACKEND'],
  workers: 2,
})

const DETECT = 'Grip-Session-Detect: path-prefix=/poll; sid-ptr=/sid'

function post(host: string, path: string, body: string, headers: readonly string[] = []): string {
  const lines = [`POST ${path} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${body.length}`, ...headers, '', body]
  return lines.join('\r\n')
}

/** The backend's answer to a request of this host says these headers of sessions. */
async function say(host: string, ...headers: readonly string[]): Promise<void> {
  backend.answer(answer(headers, 'said'))
  const response = await ask(gateway.port, ['GET / HTTP/1.1', `Host: ${host}`, '', ''].join('\r\n'))
  assert.equal(response.body, 'said')
  assert.doesNotMatch(response.bytes, /grip-/i)
  await backend.next()
}

async function asked(request: string): Promise<RecordedRequest> {
  backend.answer(answer([]))
  assert.equal((await ask(gateway.port, request)).code, 200)
  return backend.next()
}

test('a backend is told the session of a request, and what the session has seen', async () => {
  await say('a.example', 'Grip-Session-Id: s1', DETECT, 'Grip-Last: news; last-id=7, other; last-id=1')
  for (const path of ['/poll', '/poll/more?x=1']) {
    const request = await asked(post('A.example:80', path, '{"sid":"s1","n":1}'))
    assert.deepEqual(request.values('grip-session-id'), ['s1'])
    assert.deepEqual(request.values('grip-last').toSorted(), ['news; last-id=7', 'other; last-id=1'])
    assert.equal(request.body, '{"sid":"s1","n":1}')
  }
})

test('a later answer adds to what is stored', async () => {
  await say('a.example', 'Grip-Session-Id: s2', DETECT, 'Grip-Last: a; last-id=1, b; last-id=1')
  await say('a.example', 'Grip-Session-Id: s2', 'Grip-Last: b; last-id=2')
  const request = await asked(post('a.example', '/poll', '{"sid":"s2"}'))
  assert.deepEqual(request.values('grip-last').toSorted(), ['a; last-id=1', 'b; last-id=2'])
})

test('an answer to a request with a session is about that session', async () => {
  await say('a.example', DETECT)
  backend.answer(answer(['Grip-Last: a; last-id=4']))
  await ask(gateway.port, post('a.example', '/poll', '{"sid":"s3"}'))
  assert.deepEqual((await backend.next()).values('grip-last'), [])
  const request = await asked(post('a.example', '/poll', '{"sid":"s3"}'))
  assert.deepEqual(request.values('grip-last'), ['a; last-id=4'])
})

test('a session can be in a parameter of a form', async () => {
  await say('form.example', 'Grip-Session-Id: s4', 'Grip-Session-Detect: path-prefix=/; sid-ptr=/0/sid; json-param=d')
  const request = await asked(post('form.example', '/x', 'n=1&d=%5B%7B%22sid%22%3A%22s4%22%7D%5D'))
  assert.deepEqual(request.values('grip-session-id'), ['s4'])
})

test('a session that nobody has named is told without ids', async () => {
  await say('a.example', DETECT)
  const request = await asked(post('a.example', '/poll', '{"sid":"unknown"}'))
  assert.deepEqual(request.values('grip-session-id'), ['unknown'])
  assert.deepEqual(request.values('grip-last'), [])
})

const without: [what: string, request: string][] = [
  ['of another host', post('b.example', '/poll', '{"sid":"s1"}')],
  ['of another path', post('a.example', '/other', '{"sid":"s1"}')],
  ['on a route without sessions', post('plain.example', '/poll', '{"sid":"s1"}')],
  ['on a route without GRIP', post('off.example', '/poll', '{"sid":"s1"}')],
  ['without a body', get('/poll').replace('localhost', 'a.example')],
  ['with a body that is no JSON', post('a.example', '/poll', 'sid=s1')],
  ['with a body over 10,000 bytes', post('a.example', '/poll', `{"sid":"s1","x":"${'x'.repeat(10_000)}"}`)],
  ['that names one in a header', post('a.example', '/poll', '{}', ['Grip-Session-Id: s1', 'Grip-Last: a; last-id=1'])],
]

for (const [what, request] of without) {
  test(`a request ${what} has no session`, async () => {
    for (const host of ['a.example', 'plain.example', 'off.example']) {
      backend.answer(answer(['Grip-Session-Id: s1', DETECT, 'Grip-Last: news; last-id=7']))
      await ask(gateway.port, ['GET / HTTP/1.1', `Host: ${host}`, '', ''].join('\r\n'))
      await backend.next()
    }
    const got = await asked(request)
    assert.deepEqual(got.values('grip-session-id'), [])
    assert.deepEqual(got.values('grip-last'), [])
    assert.equal(got.body.length, request.length - request.indexOf('\r\n\r\n') - 4)
  })
}

test('a body in chunks that turns out to be long arrives whole, and without a session', async () => {
  await say('a.example', DETECT)
  backend.answer(answer([]))
  const client = await RawClient.connect(gateway.port)
  client.send('POST /poll HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (const part of ['a', 'b', 'c']) client.send(`2000\r\n${part.repeat(8192)}\r\n`)
  client.send('0\r\n\r\n')
  const request = await backend.next()
  assert.equal(request.body, ['a', 'b', 'c'].map((part) => part.repeat(8192)).join(''))
  assert.deepEqual(request.values('grip-session-id'), [])
  client.abort()
})

test('a client that leaves before its body is whole takes nothing with it', async () => {
  await say('a.example', DETECT)
  const client = await RawClient.connect(gateway.port)
  client.send('POST /poll HTTP/1.1\r\nHost: a.example\r\nContent-Length: 20\r\n\r\n{"sid"')
  client.abort()
  const request = await asked(post('a.example', '/poll', '{"sid":"s1"}'))
  assert.equal(request.body, '{"sid":"s1"}')
})

test('when the first target is down the next one is told the session', async () => {
  await say('down.example', DETECT, 'Grip-Session-Id: s5', 'Grip-Last: a; last-id=1')
  const request = await asked(post('down.example', '/poll', '{"sid":"s5"}'))
  assert.deepEqual(request.values('grip-last'), ['a; last-id=1'])
  assert.equal(request.body, '{"sid":"s5"}')
})

test('requests say that the gateway keeps sessions', async () => {
  const [feature = ''] = (await asked(get('/'))).values('grip-feature')
  assert.ok(feature.split(', ').includes('session'), feature)
})
