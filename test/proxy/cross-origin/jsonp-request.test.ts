import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errors } from '../../../proxy/accept/errors.ts'
import type { ErrorAnswer } from '../../../proxy/accept/errors.ts'
import type { JsonpSettings } from '../../../proxy/choose/route.ts'
import { readJsonp } from '../../../proxy/cross-origin/jsonp-request.ts'
import type { JsonpRequest } from '../../../proxy/cross-origin/jsonp-request.ts'
import { clientRequest } from '../accept/client-request.ts'

const DEFAULTS: JsonpSettings = {
  mode: 'extended',
  callbackParam: 'callback',
  bodyParam: undefined,
  defaultCallback: undefined,
  defaultMethod: 'GET',
}

const NAMED: JsonpSettings = { ...DEFAULTS, bodyParam: 'data', defaultCallback: 'dflt', defaultMethod: 'PUT' }

async function read(
  target: string,
  { settings = DEFAULTS, headers = [] as readonly string[], method = 'GET' } = {},
): Promise<JsonpRequest | ErrorAnswer | undefined> {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: a.example:80', ...headers, '', '']
  const { req, client } = await clientRequest(lines.join('\r\n'))
  client.abort()
  return readJsonp(req, { host: 'a.example:80', target }, settings)
}

async function request(target: string, options?: Parameters<typeof read>[1]): Promise<JsonpRequest> {
  const result = await read(target, options)
  assert.ok(result !== undefined && 'callback' in result, JSON.stringify(result))
  return result
}

function json(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value))
}

test('a request without a callback is left alone, and so is any other than a GET', async () => {
  for (const target of ['/', '/?x=1', '/?_method=POST&_body=1']) assert.equal(await read(target), undefined)
  assert.equal(await read('/?callback=cb', { method: 'HEAD' }), undefined)
  assert.equal(await read('/?data=1', { settings: { ...NAMED, defaultCallback: undefined } }), undefined)
  assert.equal(await read('/?_body=1', { settings: { ...DEFAULTS, defaultCallback: 'dflt' } }), undefined)
})

test('the parameters say what is forwarded', async () => {
  const headers = json({ 'X-A': 'é', 'Content-Type': 'text/x' })
  const asked = `/p?x=1&callback=a.b&_method=POST&_headers=${headers}&_body=h%C3%A9+%2B&y`
  const client = ['Accept: text/html', 'x-a: client', 'Cookie: c=1']
  const { method, target, rawHeaders, body, callback } = await request(asked, { headers: client })
  assert.deepEqual([callback, method, target], ['a.b', 'POST', '/p?x=1&y'])
  assert.equal(body?.open().toString(), 'hé++')
  assert.deepEqual(rawHeaders, [
    'X-A',
    '\xc3\xa9',
    'Content-Type',
    'text/x',
    'Host',
    'a.example:80',
    'Accept',
    '*/*',
    'x-a',
    'client',
    'Cookie',
    'c=1',
    'Content-Length',
    '5',
  ])
})

test("a route's names and defaults are used instead", async () => {
  const implied = await request('/?data=%7b%7d', { settings: NAMED })
  assert.deepEqual([implied.callback, implied.method, implied.target], ['dflt', 'PUT', '/'])
  const all = ['Content-Type', 'application/json', 'Host', 'a.example:80', 'Accept', '*/*', 'Content-Length']
  assert.deepEqual(implied.rawHeaders, [...all, '2'])
  const settings = { ...NAMED, callbackParam: 'cb' }
  const named = await request(`/?cb=f&data=1&callback=x&_body=y&_headers=${json({ 'content-type': 'a/b' })}`, {
    settings,
  })
  assert.deepEqual([named.callback, named.target], ['f', '/?callback=x&_body=y'])
  assert.deepEqual(named.rawHeaders, [...all, '1'])
})

test('a body in the query takes the place of one behind the request', async () => {
  const headers = ['Content-Length: 3', 'Content-Type: a/b']
  const kept = await request('/?callback=cb', { headers })
  assert.equal(kept.body, undefined)
  assert.deepEqual(kept.rawHeaders.slice(4), ['Content-Length', '3', 'Content-Type', 'a/b'])
  const replaced = await request('/?callback=cb&_body=x', { headers })
  assert.deepEqual(replaced.rawHeaders.slice(4), ['Content-Length', '1'])
})

test('a body that is not UTF-8 is forwarded byte for byte', async () => {
  const { body } = await request('/?callback=cb&_body=%ff%00')
  assert.deepEqual(body?.open(), Buffer.from([0xff, 0]))
})

test('a script cannot set what no page can, nor what says who forwards', async () => {
  const names =
    'Host ACCEPT Accept-Encoding Connection Content-Length Cookie Expect Origin Referer TE Transfer-Encoding Upgrade ' +
    'Proxy-Authorization Sec-WebSocket-Key Via Grip-Sig grip_last X-Forwarded-For x_forwarded_proto Forwarded ' +
    'X-Real-IP Pushpin-Route CDN-Loop eb9bf0f5-Cookie'
  const headers = json(Object.fromEntries([...names.split(' '), 'X-Kept'].map((name) => [name, 'x'])))
  const { rawHeaders } = await request(`/?callback=cb&_headers=${headers}`)
  assert.deepEqual(rawHeaders, ['X-Kept', 'x', 'Host', 'a.example:80', 'Accept', '*/*'])
})

const refusals: readonly (readonly [query: string, error: ErrorAnswer])[] = [
  ['callback', errors.jsonpCallback],
  ['callback=', errors.jsonpCallback],
  ['callback=alert(1)', errors.jsonpCallback],
  ['callback=&callback=cb', errors.jsonpCallback],
  ['callback=cb&_method=', errors.jsonpMethod],
  ['callback=cb&_method=A%20B', errors.jsonpMethod],
  ['callback=cb&_method=A%0d%0aB', errors.jsonpMethod],
  ['callback=cb&_method=connect', errors.jsonpMethod],
  ['callback=cb&_method=TRACE', errors.jsonpMethod],
  ['callback=cb&_headers=', errors.jsonpHeaders],
  ['callback=cb&_headers=%7b', errors.jsonpHeaders],
  ['callback=cb&_headers=null', errors.jsonpHeaders],
  ['callback=cb&_headers=[]', errors.jsonpHeaders],
  ['callback=cb&_headers=%22a%22', errors.jsonpHeaders],
  [`callback=cb&_headers=${json({ a: 1 })}`, errors.jsonpHeaders],
  [`callback=cb&_headers=${json({ 'a b': '' })}`, errors.jsonpHeaders],
  [`callback=cb&_headers=${json({ '': '' })}`, errors.jsonpHeaders],
  [`callback=cb&_headers=${json({ a: 'b\r\nc: d' })}`, errors.jsonpHeaders],
  ['callback=cb&_headers=%7b%22a%22:%22%ff%22%7d', errors.jsonpHeaders],
  ['callback=cb&_body=', errors.jsonpBody],
]

for (const [query, error] of refusals) {
  test(`?${query} is refused: ${error.message}`, async () => assert.equal(await read(`/?${query}`), error))
}

test('an empty body is refused by the name that the route gives it', async () => {
  assert.equal(await read('/?data=', { settings: NAMED }), errors.jsonpNamedBody)
})
