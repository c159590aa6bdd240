import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForwardedFor } from '../../../proxy/forward/forwarded-for.ts'
import { GripSigner } from '../../../proxy/forward/grip-signature.ts'
import type { ForwardOptions } from '../../../proxy/forward/forward-options.ts'
import { requestHeaders, withHost } from '../../../proxy/forward/request-headers.ts'
import { clientExchange } from '../accept/client-request.ts'

const OPTIONS: ForwardOptions = {
  sigIss: 'pushpin',
  sigKey: undefined,
  upstreamKey: undefined,
  signer: new GripSigner(),
  acceptPushpinRoute: false,
  acceptForwardedProtocol: false,
  setForwardedProtocol: false,
  cdnLoop: '',
  origHeadersNeedMark: new Set(),
  forwardedFor: () => ({ value: '', clientAddress: '' }),
}

interface Given {
  readonly route?: string
  readonly scheme?: 'http' | 'https'
  readonly trusted?: boolean
  readonly options?: Partial<ForwardOptions>
}

/** What the backend gets when the client sends these lines, a line each, after `Host: a`. */
async function forwarded(lines: readonly string[], { options, ...facts }: Given = {}): Promise<string[]> {
  const head = ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n')
  const { exchange, client } = await clientExchange(head, facts)
  const headers = requestHeaders(exchange, { ...OPTIONS, ...options })
  client.abort()
  const result: string[] = []
  for (let i = 0; i < headers.length; i += 2) result.push(`${headers[i]}: ${headers[i + 1]}`)
  assert.equal(result.shift(), 'Host: a')
  return result
}

const passed: [what: string, sent: string[], got: string[], given?: Given][] = [
  [
    'order, case and repeats are kept',
    ['X-b: 1', 'x-A: 2', 'X-B: 3', 'Cookie: a=b', 'cookie: c=d'],
    ['X-b: 1', 'x-A: 2', 'X-B: 3', 'Cookie: a=b', 'cookie: c=d'],
  ],
  ['bytes that are not ASCII are kept', ['X: \u00e9\u00ff'], ['X: \u00e9\u00ff']],
  [
    'header= replaces, adds at the end, and with an empty value removes',
    ['X-Set: client', 'X-Gone: client', 'X-Kept: 1'],
    ['X-Kept: 1', 'X-Set: route'],
    { route: '*,header=X-Set:route,header=x-gone: test' },
  ],
  [
    'of two header= settings of a name the first counts',
    [],
    ['X-Set: first'],
    { route: '*,header=X-Set:first,header=x-set:second test' },
  ],
  [
    'what ends at the gateway is removed',
    [
      'Connection: keep-alive',
      'Keep-Alive: timeout=1',
      'Proxy-Connection: close',
      'Proxy-Authorization: x',
      'HTTP2-Settings: x',
      'Expect: 100-continue',
      'Trailer: X',
      'Accept-Encoding: gzip',
      'Content-Encoding: gzip',
      'X-Kept: 1',
    ],
    ['X-Kept: 1'],
  ],
  ['Pushpin-Route is passed on when it has no meaning', ['Pushpin-Route: a'], ['Pushpin-Route: a']],
  ['Pushpin-Route is removed when it has', ['Pushpin-Route: a'], [], { options: { acceptPushpinRoute: true } }],
  ['CDN-Loop is passed on by default', ['CDN-Loop: a'], ['CDN-Loop: a']],
  [
    'CDN-Loop values are joined, and the own one added',
    ['CDN-Loop: a, b', 'X: 1', 'cdn-loop: c;v=1'],
    ['X: 1', 'CDN-Loop: a, b, c;v=1, me'],
    { options: { cdnLoop: 'me' } },
  ],
]

for (const [what, sent, got, given] of passed) {
  test(what, async () => assert.deepEqual(await forwarded(sent, given), got))
}

const connections: [what: string, sent: string[], got: string[]][] = [
  ['a named header', ['Connection: X-Secret', 'X-Secret: 1', 'X-Kept: 1'], ['X-Kept: 1']],
  ['named headers in several lines', ['Connection: close, x-a', 'Connection: X-B', 'X-A: 1', 'x-b: 1'], []],
  ['a header whose name only begins like one for the backend', ['Connection: Hostile', 'Hostile: 1'], []],
  ['an Upgrade', ['Connection: Upgrade', 'Upgrade: h2c'], []],
]

for (const [what, sent, got] of connections) {
  test(`Connection takes away ${what}`, async () => assert.deepEqual(await forwarded(sent), got))
}

test('Connection cannot take away what is for the backend', async () => {
  const kept = ['Authorization: x', 'Cookie: y', 'Content-Type: z', 'X-Forwarded-Host: h', 'Via: v']
  const names = kept.map((line) => line.slice(0, line.indexOf(':')))
  const sent = [`Connection: Host, ${names.join(', ')}`, ...kept]
  assert.deepEqual(await forwarded(sent), kept)
})

test('Connection cannot take away what the gateway adds', async () => {
  const sent = ['Connection: X-Forwarded-For, X-Forwarded-Proto, CDN-Loop, X-Set']
  const given: Given = {
    route: '*,header=X-Other:1 test',
    scheme: 'https',
    options: {
      cdnLoop: 'me',
      setForwardedProtocol: 'proto-only',
      forwardedFor: () => ({ value: '10.0.0.1', clientAddress: '' }),
    },
  }
  assert.deepEqual(await forwarded(sent, given), [
    'X-Other: 1',
    'CDN-Loop: me',
    'X-Forwarded-Proto: https',
    'X-Forwarded-For: 10.0.0.1',
  ])
})

const trailers: [sent: string[], got: string[]][] = [
  [['TE: trailers'], ['TE: trailers']],
  [['Connection: TE', 'te: gzip;q=0.5, Trailers'], ['TE: trailers']],
  [['TE: gzip', 'te: trailers'], ['TE: trailers']],
  [['TE: trailers', 'TE: trailers'], ['TE: trailers']],
  [['TE: gzip'], []],
  [['TE: xtrailers'], []],
]

for (const [sent, got] of trailers) {
  test(`of ${sent.join()} the backend gets ${JSON.stringify(got.join())}`, async () => {
    assert.deepEqual(await forwarded(sent), got)
  })
}

const protocols: [what: string, sent: string[], got: string[], given: Given][] = [
  ['is passed on when nothing is configured', ['X-Forwarded-Proto: https'], ['X-Forwarded-Proto: https'], {}],
  [
    'is used up when it is accepted',
    ['X-Forwarded-Proto: https', 'x-forwarded-protocol: https'],
    [],
    { options: { acceptForwardedProtocol: true } },
  ],
  [
    'is set in both names for https',
    ['X-Forwarded-Proto: forged'],
    ['X-Forwarded-Proto: https', 'X-Forwarded-Protocol: https'],
    { scheme: 'https', options: { setForwardedProtocol: true } },
  ],
  [
    'is set in one name when so configured',
    ['X-Forwarded-Protocol: forged'],
    ['X-Forwarded-Proto: https'],
    { scheme: 'https', options: { setForwardedProtocol: 'proto-only' } },
  ],
  ['is not set for plain http', ['X-Forwarded-Proto: forged'], [], { options: { setForwardedProtocol: true } }],
]

for (const [what, sent, got, given] of protocols) {
  test(`the protocol ${what}`, async () => assert.deepEqual(await forwarded(sent, given), got))
}

test('look-alikes of forwarding headers are removed; other underscores pass', async () => {
  const sent = ['X_Forwarded_For: 6.6.6.6', 'X-Forwarded_Proto: https', 'x_forwarded-host: b', 'X_Foo: 1']
  assert.deepEqual(await forwarded(sent), ['X_Foo: 1'])
})

function forwardedFor(_: unknown, trusted: boolean): ForwardedFor {
  return { value: trusted ? '1.1.1.1' : '2.2.2.2', clientAddress: '' }
}

test('X-Forwarded-For is one header at the end, whatever came', async () => {
  const sent = ['X-Forwarded-For: 6.6.6.6', 'X-Other: 1', 'x-forwarded-for: 7.7.7.7']
  assert.deepEqual(await forwarded(sent, { options: { forwardedFor } }), ['X-Other: 1', 'X-Forwarded-For: 2.2.2.2'])
  assert.deepEqual(await forwarded(sent, { trusted: true, options: { forwardedFor } }), [
    'X-Other: 1',
    'X-Forwarded-For: 1.1.1.1',
  ])
})

test('Host is changed in its place, or added first, or left alone', () => {
  const headers = ['X', '1', 'hOST', 'a', 'Y', '2']
  assert.deepEqual(withHost(headers, 'b:81'), ['X', '1', 'hOST', 'b:81', 'Y', '2'])
  assert.deepEqual(withHost(headers, 'a'), headers)
  assert.deepEqual(withHost(['X', '1'], 'b'), ['Host', 'b', 'X', '1'])
  assert.deepEqual(withHost(['X', '1'], ''), ['X', '1'])
  assert.deepEqual(headers, ['X', '1', 'hOST', 'a', 'Y', '2'])
})
