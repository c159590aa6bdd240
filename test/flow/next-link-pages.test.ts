// GRIP 3.6 and 6.5: a response that goes on with what other URIs answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { byPath } from './answer-by-path.ts'
import { get, held } from './held.ts'
import { chunk } from './items.ts'
import { answer, stream } from './origin-answer.ts'
import { shown } from './shown.ts'
import { bodySoFar, streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  routes: ['debug.example,debug BACKEND'],
})

function next(uri: string): string {
  return `Grip-Link: <${uri}>; rel=next`
}

function asked(): string[] {
  return backend.requests.map(({ line }) => line)
}

test('a response goes on with the body behind its next link, and the client sees one response', async () => {
  backend.script = byPath({
    '/first': answer(['Content-Type: text/plain', 'X-First: 1', next('/second')], 'hello\n'),
    '/second': answer(['Content-Type: text/html', 'X-Second: 1'], 'world\n'),
  })
  const response = await ask(gateway.port, get('/first'))
  assert.deepEqual(
    shown(response).filter((line) => !/^transfer-encoding:/i.test(line)),
    ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'X-First: 1', '', 'hello\nworld\n'],
  )
  assert.deepEqual(response.values('content-length'), [])
})

test('the gateway asks for the next part by itself, without anything of the client', async () => {
  backend.script = byPath({ '/first?a': answer([next('/second?b=c')], '1'), '/second?b=c': answer([], '2') })
  const body = 'X-Client: 1\r\nCookie: a=b\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody'
  const response = await ask(gateway.port, `POST /first?a HTTP/1.1\r\nHost: localhost\r\n${body}`)
  assert.equal(response.body, '12')
  const [, request] = backend.requests
  assert.equal(request?.line, 'GET /second?b=c HTTP/1.1')
  assert.equal(request.body, '')
  assert.deepEqual(request.values('host'), ['localhost'])
  assert.equal(request.values('grip-sig').length, 1)
  assert.match(request.values('grip-feature').join(), /^status, session, link:next, /)
  assert.deepEqual(request.values('grip-last'), [])
  assert.doesNotMatch(request.bytes, /x-client|cookie|content-type|POST/i)
})

test('links are relative to where they come from', async () => {
  backend.script = byPath({
    '/a/first': answer([next('second')], '1'),
    '/a/second': answer([next('../b/third?page=1')], '2'),
    '/b/third?page=1': answer([next('?page=2')], '3'),
    '/b/third?page=2': answer([next('http://localhost/fifth')], '4'),
    '/fifth': answer([], '5'),
  })
  assert.equal((await ask(gateway.port, get('/a/first'))).body, '12345')
})

test('a part may be empty, and many may follow', async () => {
  const pages = Array.from({ length: 30 }, (_, at) => [
    `/${at}`,
    answer([next(`/${at + 1}`)], at % 3 === 0 ? '' : `${at},`),
  ])
  backend.script = byPath({ ...Object.fromEntries(pages), '/30': answer([], 'end') })
  const expected = Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? '' : `${at},`)).join('')
  assert.equal((await ask(gateway.port, get('/0'))).body, `${expected}end`)
})

test('large parts are passed on whole', async () => {
  const [a, b, c] = ['a'.repeat(300_000), 'b'.repeat(300_000), 'c'.repeat(300_000)]
  backend.script = byPath({
    '/a': answer([next('/b')], a),
    '/b': answer([next('/c')], b),
    '/c': answer([], c),
  })
  assert.equal((await ask(gateway.port, get('/a'))).body, `${a}${b}${c}`)
})

test('after some parts the response can become a stream', async () => {
  backend.script = byPath({ '/first': answer([next('/second')], '1,'), '/second': stream('becomes', [], '2,') })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/first'))
  await streamed(client, '1,2,')
  await held(gateway, 'becomes')
  await gateway.publish([chunk('becomes', '3,')])
  await streamed(client, '1,2,3,')
  await gateway.publish([{ channel: 'becomes', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, '1,2,3,')
  client.send(get('/first'))
  await until(
    () => bodySoFar(client) === '1,2,',
    () => 'a response to the next request',
  )
  client.abort()
})

test('the connection takes the next request when the last part has come', async () => {
  backend.script = byPath({ '/a': answer([next('/b')], 'a'), '/b': answer([], 'b'), '/c': answer([], 'c') })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/a'))
  assert.equal((await client.response()).body, 'ab')
  client.send(get('/c'))
  assert.equal((await client.response()).body, 'c')
  client.abort()
})

test('the client gets the first part while the next is awaited', async () => {
  backend.script = {
    whole: (socket, { line }) => void (line.includes('/a') && socket.write(answer([next('/b')], 'a'))),
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/a'))
  await streamed(client, 'a')
  await until(
    () => asked().includes('GET /b HTTP/1.1'),
    () => `a request for the next part, not ${JSON.stringify(asked())}`,
  )
  client.abort()
})

test('status and headers of the first part are what its instructions say', async () => {
  backend.script = byPath({
    '/a': answer([next('/b'), 'Grip-Status: 404 Nothing', 'Grip-Expose-Headers: X-A', 'X-A: 1', 'X-B: 2'], 'a'),
    '/b': answer(['Grip-Status: 500'], 'b'),
  })
  const response = await ask(gateway.port, get('/a'))
  assert.deepEqual(
    shown(response).filter((line) => !/^transfer-encoding:/i.test(line)),
    ['HTTP/1.1 404 Nothing', 'X-A: 1', '', 'ab'],
  )
})

test('an HTTP/1.0 client reads all parts until the end', async () => {
  backend.script = byPath({ '/a': answer([next('/b')], 'a'), '/b': answer([], 'b') })
  const client = await RawClient.connect(gateway.port)
  client.send(get('/a', [], '1.0'))
  assert.ok((await client.closed()).endsWith('\r\n\r\nab'))
})

test('the last of several next links counts', async () => {
  backend.script = byPath({ '/a': answer([`${next('/b')}, </c>; rel=next`], 'a'), '/c': answer([], 'c') })
  assert.equal((await ask(gateway.port, get('/a'))).body, 'ac')
})

test('a part that wants a long poll is the end, and an error', async () => {
  backend.script = byPath({
    '/a': answer([next('/b')], 'a'),
    '/b': answer(['Grip-Hold: response', 'Grip-Channel: never'], 'b'),
  })
  const explained = await ask(gateway.port, get('/a').replace('localhost', 'debug.example'))
  assert.equal(explained.body, 'a\n\nNext link returned non-stream hold.\n')
  // What is not whole must not look so.
  await assert.rejects(ask(gateway.port, get('/a')), /closed before a whole response/)
})
