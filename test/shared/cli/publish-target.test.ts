import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { type PublishCredentials, publishTarget } from '../../../shared/cli/publish-target.ts'

const NOW = 1_700_000_000_500

function http(spec: string, credentials: PublishCredentials = {}): { url: string; authorization: string | undefined } {
  const target = publishTarget(spec, credentials, NOW)
  assert.equal(target.kind, 'http')
  const { url, authorization } = target
  return { url, authorization }
}

for (const [spec, url] of [
  ['http://localhost:5561', 'http://localhost:5561/publish/'],
  ['http://localhost:5561/', 'http://localhost:5561/publish/'],
  ['https://h/api?x=1', 'https://h/api/publish/?x=1'],
  ['https://h/?verify-iss=a&x=1&verify-key=b&iss=c', 'https://h/publish/?x=1'],
] as const) {
  test(`${spec} publishes to ${url}`, () => {
    assert.deepEqual(http(spec), { url, authorization: undefined })
  })
}

test('an issuer and a key make a token that is good for ten minutes', () => {
  const { url, authorization } = http('https://h/?iss=me&key=base64:a%2BaA')
  assert.equal(url, 'https://h/publish/')
  const [, header = '', claims = '', signature] = /^Bearer (.+)\.(.+)\.(.+)$/.exec(authorization ?? '') ?? []
  assert.equal(Buffer.from(header, 'base64url').toString(), '{"typ":"JWT","alg":"HS256"}')
  assert.equal(Buffer.from(claims, 'base64url').toString(), '{"iss":"me","exp":1700000600}')
  const expected = createHmac('sha256', Buffer.from('6be680', 'hex')).update(`${header}.${claims}`).digest('base64url')
  assert.equal(signature, expected)
})

test('a plus sign in a base64 key is meant', () => {
  assert.deepEqual(http('https://h/?iss=me&key=base64:a+aA'), http('https://h/?iss=me&key=base64:a%2BaA'))
})

test('a key without issuer is a bearer token as it is', () => {
  assert.deepEqual(http('https://h/?key=a%20b'), { url: 'https://h/publish/', authorization: 'Bearer a b' })
})

test('a user in the URL is basic authentication, unless there is a key', () => {
  assert.equal(http('https://u:p%40@h/').authorization, 'Basic dTpwQA==')
  assert.equal(http('https://u:p@h/').url, 'https://h/publish/')
  assert.equal(http('https://u:p@h/?key=k').authorization, 'Bearer k')
})

test('credentials of the command line win', () => {
  assert.equal(http('https://h/?key=k', { bearer: 't' }).authorization, 'Bearer t')
  assert.equal(http('https://u:p@h/', { user: 'a:b' }).authorization, 'Basic YTpi')
})

test("a URL's credentials may go to this machine without TLS", () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    assert.equal(http(`http://${host}:5561/?key=k`).authorization, 'Bearer k')
  }
})

for (const [spec, credentials, message] of [
  ['http://h/', { user: 'a:b' }, 'Authentication requires https'],
  ['http://localhost/', { bearer: 't' }, 'Authentication requires https'],
  ['http://h/?key=k', {}, 'Authentication requires https'],
  ['http://127.evil.example/?key=k', {}, 'Authentication requires https'],
  ['https://h/', { user: 'a:b', bearer: 't' }, 'only one authentication method can be specified'],
  ['http://', {}, 'invalid URL'],
  ['https://%zz@h/', {}, 'invalid URL'],
  ['localhost:5561', {}, 'invalid URL'],
  ['', {}, 'invalid URL'],
] as const) {
  test(`${spec} with ${JSON.stringify(credentials)}: ${message}`, () => {
    assert.throws(() => publishTarget(spec, credentials, NOW), { message })
  })
}

test('other specs are for ZeroMQ', () => {
  assert.deepEqual(publishTarget('tcp://h:5560', {}, NOW), { kind: 'zeromq', spec: 'tcp://h:5560' })
  assert.deepEqual(publishTarget('ipc:///run/in', {}, NOW), { kind: 'zeromq', spec: 'ipc:///run/in' })
})
