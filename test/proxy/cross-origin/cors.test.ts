import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { corsHeaders } from '../../../proxy/cross-origin/cors.ts'

/** The lines that are added to a response, for a request with these headers. */
function added(request: Readonly<Record<string, string>>, ...response: readonly string[]): string[] {
  const headers = corsHeaders({ headers: request } as unknown as IncomingMessage, response)
  return headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []))
}

const METHODS = 'Access-Control-Allow-Methods: OPTIONS, HEAD, GET, POST, PUT, DELETE'
const CREDENTIALS = 'Access-Control-Allow-Credentials: true'
const MAX_AGE = 'Access-Control-Max-Age: 3600'
const ANYONE = [METHODS, CREDENTIALS, 'Access-Control-Allow-Origin: *', MAX_AGE]

test('without an Origin any is allowed', () => {
  assert.deepEqual(added({}), ANYONE)
  assert.deepEqual(added({ origin: '' }), ANYONE)
})

test('an Origin is allowed by its name', () => {
  assert.deepEqual(added({ origin: 'http://a' }), [
    METHODS,
    CREDENTIALS,
    'Access-Control-Allow-Origin: http://a',
    MAX_AGE,
  ])
})

test('a preflight is allowed what it asks for', () => {
  const asked = {
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': ' x-a,, X-B ,',
  }
  assert.deepEqual(added(asked), [
    'Access-Control-Allow-Methods: PATCH',
    'Access-Control-Allow-Headers: x-a, X-B',
    CREDENTIALS,
    'Access-Control-Allow-Origin: *',
    MAX_AGE,
  ])
  assert.deepEqual(added({ 'access-control-request-headers': ' ,' }), ANYONE)
})

test('headers that are not simple are exposed, each once', () => {
  const simple = ['Content-Type', 'text/plain', 'PRAGMA', 'x', 'Content-Length', '1', 'Content-Language', 'en']
  const other = ['X-A', '1', 'x-a', '2', 'Set-Cookie', 'a', 'Grip-Hold', 'stream', 'Access-Control-Foo', 'x']
  assert.deepEqual(added({}, ...simple, ...other), [
    METHODS,
    'Access-Control-Expose-Headers: X-A, Set-Cookie',
    ...ANYONE.slice(1),
  ])
})

test('what the backend says itself is not said again', () => {
  const own = [
    'access-control-allow-methods',
    'GET',
    'ACCESS-CONTROL-ALLOW-ORIGIN',
    'http://b',
    'Access-Control-Expose-Headers',
    'X-A',
    'X-A',
    '1',
    'Access-Control-Allow-Headers',
    'X-A',
  ]
  const request = { origin: 'http://a', 'access-control-request-headers': 'x-a' }
  assert.deepEqual(added(request, ...own), [CREDENTIALS, MAX_AGE])
})

const varied: readonly (readonly [what: string, response: readonly string[], varies: boolean])[] = [
  ['a response without a word for caches', ['X-A', '1'], false],
  ['a response with a lifetime', ['Cache-Control', 'max-age=60'], true],
  ['a response with an end', ['expires', 'Thu, 01 Jan 1970 00:00:00 GMT'], true],
  ['a response with a date', ['Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT'], true],
  ['a response with an ETag', ['ETag', '"1"'], true],
  ['a response that varies already', ['ETag', '"1"', 'Vary', 'Accept, origin'], false],
  ['a response that varies with everything', ['ETag', '"1"', 'Vary', 'Accept', 'vary', '*'], false],
  ['a response that varies with something else', ['ETag', '"1"', 'Vary', 'X-Original'], true],
  ['a response with an Allow-Origin of its own', ['ETag', '"1"', 'Access-Control-Allow-Origin', 'http://b'], false],
]

for (const [what, response, varies] of varied) {
  test(`${what} ${varies ? 'varies' : 'is not said to vary'} with the Origin`, () => {
    const lines = added({ origin: 'http://a' }, ...response)
    assert.deepEqual(
      lines.filter((line) => line.startsWith('Vary')),
      varies ? ['Vary: Origin'] : [],
    )
    assert.equal(lines.at(-1), varies ? 'Vary: Origin' : MAX_AGE)
  })
}
