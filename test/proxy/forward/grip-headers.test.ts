import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import type { ForwardOptions } from '../../../proxy/forward/forward-options.ts'
import { GripSigner, isTrusted } from '../../../proxy/forward/grip-signature.ts'
import { requestHeaders } from '../../../proxy/forward/request-headers.ts'
import { signToken, verifyToken } from '../../../shared/jwt.ts'
import type { SigningKey } from '../../../shared/signing-key.ts'
import { clientExchange } from '../accept/client-request.ts'

const secret = (text: string): SigningKey => ({ algorithm: 'HS256', key: createSecretKey(Buffer.from(text)) })
const key = secret('changeme')

const OPTIONS: ForwardOptions = {
  sigIss: 'pushpin',
  sigKey: key,
  upstreamKey: undefined,
  signer: new GripSigner(),
  acceptPushpinRoute: false,
  acceptForwardedProtocol: false,
  setForwardedProtocol: false,
  cdnLoop: '',
  origHeadersNeedMark: new Set(),
  forwardedFor: () => ({ value: '', clientAddress: '' }),
}

const FORGED = ['Grip-Sig: forged', 'GRIP-Feature: forged', 'Grip-Last: a; last-id=1', 'grip_sig: x', 'Gripe: kept']

interface Given {
  readonly route?: string
  readonly trusted?: boolean
  readonly options?: Partial<ForwardOptions>
}

async function forwarded(lines: readonly string[], { options, ...facts }: Given = {}): Promise<[string, string][]> {
  const { exchange, client } = await clientExchange(['GET / HTTP/1.1', ...lines, '', ''].join('\r\n'), facts)
  const headers = requestHeaders(exchange, { ...OPTIONS, ...options })
  client.abort()
  const result: [string, string][] = []
  for (let i = 0; i < headers.length; i += 2) result.push([headers[i] ?? '', headers[i + 1] ?? ''])
  return result
}

test('a client cannot send GRIP headers; the gateway signs its own', async () => {
  const [kept, signature, features, ...rest] = await forwarded(FORGED)
  assert.deepEqual(kept, ['Gripe', 'kept'])
  assert.equal(signature?.[0], 'Grip-Sig')
  const claims = verifyToken(signature[1], key)
  assert.equal(claims?.['iss'], 'pushpin')
  assert.ok(Math.abs(Number(claims['exp']) - Date.now() / 1000 - 3600) < 10)
  assert.equal(features?.[0], 'Grip-Feature')
  assert.deepEqual(rest, [])
})

test("a route's issuer and key go before the configured ones", async () => {
  const headers = await forwarded([], { route: '*,sig_iss=shop,sig_key=secret test' })
  const token = headers[0]?.[1] ?? ''
  assert.equal(verifyToken(token, secret('secret'))?.['iss'], 'shop')
  assert.equal(verifyToken(token, key), undefined)
})

const unsigned: [what: string, given: Given][] = [
  ['without a key', { options: { sigKey: undefined } }],
  ['without an issuer', { options: { sigIss: '' } }],
  ['on a route with no_grip', { route: '*,no_grip test' }],
]

for (const [what, given] of unsigned) {
  test(`${what} the backend gets no GRIP header at all`, async () => {
    assert.deepEqual(await forwarded(FORGED, given), [['Gripe', 'kept']])
  })
}

test("a trusted gateway's GRIP headers are passed on as they are", async () => {
  const sent = ['Grip-Sig: theirs', 'Grip-Feature: theirs']
  assert.deepEqual(await forwarded(sent, { trusted: true }), [
    ['Grip-Sig', 'theirs'],
    ['Grip-Feature', 'theirs'],
  ])
})

test('tokens are made once per second, issuer and key', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 })
  const signer = new GripSigner()
  const token = signer.token('pushpin', key)
  assert.equal(signer.token('pushpin', key), token)
  assert.notEqual(signer.token('other', key), token)
  assert.notEqual(signer.token('pushpin', secret('other')), token)
  assert.equal(verifyToken(token, key)?.['exp'], 1_700_003_600)
  t.mock.timers.tick(1000)
  assert.equal(verifyToken(signer.token('pushpin', key), key)?.['exp'], 1_700_003_601)
})

test('a request signed with the upstream key is trusted, and no other', () => {
  const exp = Math.floor(Date.now() / 1000) + 60
  const good = signToken({ iss: 'front', exp }, key)
  assert.equal(isTrusted(good, key), true)
  assert.equal(isTrusted(good, secret('other')), false)
  assert.equal(isTrusted(good, undefined), false)
  assert.equal(isTrusted(undefined, key), false)
  assert.equal(isTrusted('', key), false)
  assert.equal(isTrusted(signToken({ iss: 'front', exp: exp - 120 }, key), key), false)
  assert.equal(isTrusted(signToken({ iss: 'front' }, key), key), false)
})

const MARKED: [what: string, sent: string[], got: [string, string][], given: Given][] = [
  [
    'without orig_headers marked headers are removed',
    ['eb9bf0f5-Host: a', 'EB9BF0F5-X: 1', 'X: 2'],
    [['X', '2']],
    { route: '*,no_grip test' },
  ],
  [
    'with orig_headers every header has a marked copy at the end, in order with those that came marked',
    ['X: 1', 'eb9bf0f5-Y: 2', 'Z: 3'],
    [
      ['X', '1'],
      ['Z', '3'],
      ['eb9bf0f5-X', '1'],
      ['eb9bf0f5-Y', '2'],
      ['eb9bf0f5-Z', '3'],
    ],
    { route: '*,orig_headers,no_grip test' },
  ],
  [
    'headers that need their mark have no copy without it',
    ['X: 1', 'Y: 2', 'eb9bf0f5-Y: 3'],
    [
      ['X', '1'],
      ['Y', '2'],
      ['eb9bf0f5-X', '1'],
      ['eb9bf0f5-Y', '3'],
    ],
    { route: '*,orig_headers,no_grip test', options: { origHeadersNeedMark: new Set(['y']) } },
  ],
  [
    'from a trusted gateway marked headers are passed on untouched',
    ['eb9bf0f5-X: 1', 'Y: 2'],
    [
      ['eb9bf0f5-X', '1'],
      ['Y', '2'],
    ],
    { route: '*,orig_headers test', trusted: true },
  ],
]

for (const [what, sent, got, given] of MARKED) {
  test(what, async () => assert.deepEqual(await forwarded(sent, given), got))
}
