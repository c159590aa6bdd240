// GRIP 1.4 and 2.6: what a route does to paths and headers, and marked copies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'

const { gateway, backend } = await startBoth({
  routes: [
    'as.example,as_host=origin.example:8080 BACKEND',
    'as-without-port.example,as_host=origin.example BACKEND',
    'target.example BACKEND,host=inner.example:81',
    'both.example,as_host=origin.example BACKEND,host=inner.example',
    'rem.example,path_beg=/api,path_rem=4 BACKEND',
    'beg.example,path_beg=/api,replace_beg=/v2 BACKEND',
    'beg-empty.example,path_beg=/api,replace_beg= BACKEND',
    'beg-wins.example,path_beg=/api,path_rem=1,replace_beg=/v2 BACKEND',
    'header.example,header=X-A:first,header=x-a:second,header=X-B:,"header=X-C:  a, b" BACKEND',
    'mark.example,orig_headers BACKEND',
    ',id=chosen,header=X-Chosen:1 BACKEND',
    'failover.example 127.0.0.1:1 BACKEND',
  ],
  config: {
    proxy: { sig_key: '', cdn_loop: 'gw.example', orig_headers_need_mark: 'X-Need', accept_pushpin_route: true },
  },
})

async function forwarded(host: string, lines: readonly string[] = [], target = '/a?b'): Promise<RecordedRequest> {
  const { code } = await ask(gateway.port, [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n'))
  assert.equal(code, 200)
  return await backend.next()
}

const hosts: [what: string, host: string, got: string][] = [
  ['keeps the host and its port', 'other.example:8000', 'other.example:8000'],
  ['gets the host of as_host', 'as.example', 'origin.example:8080'],
  ['loses the port to an as_host without one', 'as-without-port.example:8000', 'origin.example'],
  ['gets the host of its target', 'target.example:8000', 'inner.example:81'],
  ["gets the target's host, whatever as_host says", 'both.example', 'inner.example'],
]

for (const [what, host, got] of hosts) {
  test(`a request ${what}`, async () => {
    assert.deepEqual((await forwarded(host)).values('host'), [got])
  })
}

const paths: [what: string, host: string, target: string, got: string][] = [
  ['path_rem takes bytes off the path, not the query', 'rem.example', '/api/a%20b?/api/c', '/a%20b?/api/c'],
  ['replace_beg replaces the beginning', 'beg.example', '/api/a?/api', '/v2/a?/api'],
  ['replace_beg may be empty', 'beg-empty.example', '/api/a', '/a'],
  ['replace_beg goes before path_rem', 'beg-wins.example', '/api/a', '/v2/a'],
]

for (const [what, host, target, got] of paths) {
  test(what, async () => {
    assert.equal((await forwarded(host, [], target)).line, `GET ${got} HTTP/1.1`)
  })
}

test('a path of which path_rem leaves nothing is the root', async () => {
  assert.equal((await forwarded('rem.example', [], '/api?q')).line, 'GET /?q HTTP/1.1')
})

test('a route sets, replaces and removes headers; of one name the first in the line counts', async () => {
  const request = await forwarded('header.example', ['X-A: 1', 'X-A: 2', 'X-B: 3', 'X-D: 4'])
  assert.deepEqual(request.values('x-a'), ['first'])
  assert.deepEqual(request.values('x-b'), [])
  assert.deepEqual(request.values('x-c'), ['a, b'])
  assert.deepEqual(request.values('x-d'), ['4'])
})

test('marked copies of what the first client sent follow its headers', async () => {
  const request = await forwarded('mark.example', ['X-A: 1', 'EB9BF0F5-X-B: 2', 'X-Need: 3', 'Accept-Encoding: br'])
  const marked = request.headers.filter((line) => /^eb9bf0f5-/i.test(line))
  assert.deepEqual(
    marked.filter((line) => !/-cdn-loop:/i.test(line)),
    ['eb9bf0f5-Host: mark.example', 'eb9bf0f5-X-A: 1', 'EB9BF0F5-X-B: 2', 'eb9bf0f5-Accept-Encoding: br'],
  )
  assert.deepEqual(request.values('x-a'), ['1'])
  assert.deepEqual(request.values('accept-encoding'), [])
})

test('marks are removed where a route does not want them', async () => {
  const { bytes } = await forwarded('a', ['eb9bf0f5-X-A: 1', 'EB9BF0F5-X-B: 2'])
  assert.doesNotMatch(bytes, /eb9bf0f5/i)
})

test('the gateway adds itself to those the request has passed', async () => {
  // RFC 8586
  const request = await forwarded('a', ['CDN-Loop: one, two', 'X-A: 1', 'cdn-loop: three'])
  assert.deepEqual(request.values('cdn-loop'), ['one, two, three, gw.example'])
})

test('a request may choose its route by id, and the backend does not hear of it', async () => {
  const request = await forwarded('a', ['Pushpin-Route: chosen'])
  assert.deepEqual(request.values('x-chosen'), ['1'])
  assert.deepEqual(request.values('pushpin-route'), [])
  const { code, body } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nPushpin-Route: no-such-route\r\n\r\n')
  assert.equal(code, 502)
  assert.equal(body, 'Route not found\n')
})

test('a request whose first target is down goes to the next, with its body', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: failover.example\r\nContent-Length: 5\r\n\r\n'
  assert.equal((await ask(gateway.port, `${head}hello`)).code, 200)
  assert.equal((await backend.next()).body, 'hello')
})
