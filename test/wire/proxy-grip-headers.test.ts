// GRIP 2.3 to 2.5: signed requests, trusted ones, and routes without GRIP.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import type { RawResponse } from '../support/raw-client.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { hs256Token, verifiedClaims } from '../support/token.ts'

const { gateway, backend } = await startBoth({
  routes: [
    'off.example,no_grip BACKEND',
    'key.example,sig_iss=other,sig_key=base64:cm91dGUta2V5 BACKEND',
    'marks.example,orig_headers BACKEND',
  ],
  config: { proxy: { upstream_key: 'upstream', x_forwarded_for: 'truncate:1', x_forwarded_for_trusted: 'append' } },
})

const now = (): number => Math.floor(Date.now() / 1000)
const fromUpstream = (): string => `Grip-Sig: ${hs256Token({ iss: 'edge', exp: now() + 60 }, 'upstream')}`

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const INSTRUCT = 'HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: c\r\nContent-Length: 2\r\n\r\nok'

async function exchange(host: string, lines: readonly string[] = []): Promise<[RecordedRequest, RawResponse]> {
  const response = await ask(gateway.port, ['GET / HTTP/1.1', `Host: ${host}`, ...lines, '', ''].join('\r\n'))
  return [await backend.next(), response]
}

test('a backend can verify that a request came through this gateway', async () => {
  const [request] = await exchange('a', ['Grip-Sig: forged', 'Grip-Feature: forged', 'Grip-Hold: forged', 'grip-x: 1'])
  const [token = '', ...others] = request.values('grip-sig')
  assert.deepEqual(others, [])
  const { iss, exp, ...rest } = verifiedClaims(token, 'changeme')
  assert.equal(iss, 'pushpin')
  assert.ok(typeof exp === 'number' && Number.isInteger(exp))
  assert.ok(Math.abs(exp - now() - 3600) <= 30, `expires in ${exp - now()} s`)
  assert.deepEqual(rest, {})
  assert.equal(request.values('grip-feature').length, 1)
  assert.match(request.values('grip-feature')[0] ?? '', /^status(?:, [a-z:-]+)*$/)
  assert.doesNotMatch(request.bytes, /forged|grip-x/)
})

test('a route may sign with a key and a name of its own', async () => {
  const [request] = await exchange('key.example')
  assert.equal(verifiedClaims(request.values('grip-sig')[0] ?? '', 'route-key')['iss'], 'other')
})

test('a route without GRIP gets no GRIP headers, and its responses are nothing but responses', async () => {
  backend.answer(INSTRUCT)
  const [request, response] = await exchange('off.example', ['Grip-Sig: forged'])
  assert.doesNotMatch(request.bytes, /^grip-/im)
  assert.deepEqual(response.values('grip-hold'), ['stream'])
  assert.deepEqual(response.values('grip-channel'), ['c'])
  assert.equal(response.body, 'ok')
})

test('what another gateway has signed passes with its GRIP headers, both ways', async () => {
  backend.answer(INSTRUCT)
  const sent = fromUpstream()
  const [request, response] = await exchange('a', [sent, 'Grip-Feature: status, other', 'Grip-Last: c; last-id=1'])
  assert.deepEqual(
    request.headers.filter((line) => /^grip-/i.test(line)),
    [sent, 'Grip-Feature: status, other', 'Grip-Last: c; last-id=1'],
  )
  assert.deepEqual(response.values('grip-hold'), ['stream'])
  assert.deepEqual(response.values('grip-channel'), ['c'])
  assert.equal(response.body, 'ok')
})

const forged: [what: string, token: () => string][] = [
  ['signed with another key', () => hs256Token({ iss: 'edge', exp: now() + 60 }, 'other')],
  ['that has expired', () => hs256Token({ iss: 'edge', exp: now() - 60 }, 'upstream')],
  ['that never expires', () => hs256Token({ iss: 'edge' }, 'upstream')],
  ['with an empty signature', () => hs256Token({ exp: now() + 60 }, 'upstream').replace(/[^.]*$/, '')],
  ['without an algorithm', () => `${part({ typ: 'JWT', alg: 'none' })}.${part({ exp: now() + 60 })}.`],
]

for (const [what, token] of forged) {
  test(`a client with a signature ${what} is not trusted`, async () => {
    backend.answer('HTTP/1.1 200 OK\r\nGrip-Set-Meta: a=b\r\nContent-Length: 2\r\n\r\nok')
    const [request, response] = await exchange('a', [`Grip-Sig: ${token()}`, 'Grip-Last: c; last-id=1'])
    verifiedClaims(request.values('grip-sig')[0] ?? '', 'changeme')
    assert.deepEqual(request.values('grip-last'), [])
    assert.deepEqual(response.values('grip-set-meta'), [])
  })
}

test('marked headers of another gateway stay as they are', async () => {
  const [request] = await exchange('marks.example', [fromUpstream(), 'eb9bf0f5-X-A: 1', 'X-B: 2'])
  assert.deepEqual(
    request.headers.filter((line) => /^eb9bf0f5-/i.test(line)),
    ['eb9bf0f5-X-A: 1'],
  )
})

test('addresses that clients claim are merged and cut as configured', async () => {
  const lines = ['X-Forwarded-For: 1.1.1.1, 2.2.2.2', 'X-A: 1', 'x-forwarded-for: 3.3.3.3']
  const [request] = await exchange('a', lines)
  assert.deepEqual(request.values('x-forwarded-for'), ['3.3.3.3'])
})

test('addresses that another gateway tells are kept as configured', async () => {
  const [request] = await exchange('a', [
    fromUpstream(),
    'X-Forwarded-For: 1.1.1.1,2.2.2.2',
    'X-Forwarded-For: 3.3.3.3',
  ])
  assert.deepEqual(request.values('x-forwarded-for'), ['1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1'])
})

test('a client cannot claim TLS', async () => {
  const [request] = await exchange('a', ['X-Forwarded-Proto: https', 'X-Forwarded-Protocol: https'])
  assert.deepEqual(request.values('x-forwarded-proto'), [])
  assert.deepEqual(request.values('x-forwarded-protocol'), [])
})
