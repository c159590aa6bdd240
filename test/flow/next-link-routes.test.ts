// GRIP 6.5 and 12.7: where the request for the next part goes.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import { verifiedClaims } from '../support/token.ts'
import { byPath } from './answer-by-path.ts'
import { get } from './held.ts'
import { answer } from './origin-answer.ts'

const { gateway, backend } = await startBoth({
  condition: '*,sig_iss=route,sig_key=route-key',
  routes: [
    '*,path_beg=/api/,sig_iss=api,sig_key=api-key BACKEND',
    'as.example,as_host=origin.example BACKEND',
    'rem.example,path_beg=/api,path_rem=4 BACKEND',
    'header.example,header=X-A:set BACKEND',
    'dead.example 127.0.0.1:1 BACKEND',
  ],
})
const other = await startBackend()
beforeEach(() => other.reset())
after(() => other.stop())

function at(host: string, path: string): string {
  return get(path).replace('localhost', host)
}

function link(uri: string): string {
  return answer([`Grip-Link: <${uri}>; rel=next`], 'a')
}

test('to another host it goes directly, signed like others', async () => {
  backend.script = byPath({ '/': link(`http://127.0.0.1:${other.port}/next?a`) })
  other.script = byPath({ '/next?a': answer([], 'b') })
  assert.equal((await ask(gateway.port, get('/'))).body, 'ab')
  const [request] = other.requests
  assert.deepEqual(request?.values('host'), [`127.0.0.1:${other.port}`])
  assert.equal(verifiedClaims(request?.values('grip-sig')[0] ?? '', 'route-key')['iss'], 'route')
  assert.equal(request?.values('grip-feature').length, 1)
  assert.equal(backend.requests.length, 1)
})

test('to another port or scheme of the same host it goes directly, too', async () => {
  backend.script = byPath({ '/': link(`http://127.0.0.1:${other.port}/next`) })
  other.script = byPath({ '/next': answer([], 'b') })
  assert.equal((await ask(gateway.port, at('127.0.0.1:1', '/'))).body, 'ab')
  assert.equal(other.requests.length, 1)
})

test('to the host that the client asked it goes through the route', async () => {
  backend.script = byPath({ '/': link(`http://127.0.0.1:${other.port}/next`), '/next': answer([], 'b') })
  assert.equal((await ask(gateway.port, at(`127.0.0.1:${other.port}`, '/'))).body, 'ab')
  assert.equal(other.requests.length, 0)
  assert.equal(verifiedClaims(backend.requests[1]?.values('grip-sig')[0] ?? '', 'route-key')['iss'], 'route')
})

test('outside the path of the route it goes directly, whatever other routes there are', async () => {
  backend.script = byPath({ '/api/first': link('/next'), '/next': answer([], 'wrong') })
  other.script = byPath({ '/next': answer([], 'b') })
  assert.equal((await ask(gateway.port, at(`127.0.0.1:${other.port}`, '/api/first'))).body, 'ab')
  assert.equal(verifiedClaims(other.requests[0]?.values('grip-sig')[0] ?? '', 'api-key')['iss'], 'api')
})

test('through the route it keeps that route, even if another one fits its path better', async () => {
  backend.script = byPath({ '/first': link('/api/next'), '/api/next': answer([], 'b') })
  assert.equal((await ask(gateway.port, get('/first'))).body, 'ab')
  assert.equal(verifiedClaims(backend.requests[1]?.values('grip-sig')[0] ?? '', 'route-key')['iss'], 'route')
})

test('the route changes it like requests of clients', async () => {
  backend.script = byPath({ '/first': link('/second'), '/second': answer([], 'b') })
  assert.equal((await ask(gateway.port, at('as.example', '/first'))).body, 'ab')
  assert.deepEqual(
    backend.requests.map((request) => request.values('host').join()),
    ['origin.example', 'origin.example'],
  )
  assert.equal((await ask(gateway.port, at('header.example', '/first'))).body, 'ab')
  assert.deepEqual(backend.requests[3]?.values('x-a'), ['set'])
  assert.equal((await ask(gateway.port, at('dead.example', '/first'))).body, 'ab')
})

test('a link is understood as the client sees paths, not as the route changes them', async () => {
  backend.script = byPath({ '/first': link('/api/second'), '/second': answer([], 'b') })
  assert.equal((await ask(gateway.port, at('rem.example', '/api/first'))).body, 'ab')
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET /first HTTP/1.1', 'GET /second HTTP/1.1'],
  )
})

test('a relative link starts from the path that the client asked for', async () => {
  backend.script = byPath({ '/a/first': link('second'), '/a/second': answer([], 'b') })
  assert.equal((await ask(gateway.port, at('rem.example', '/api/a/first'))).body, 'ab')
})
