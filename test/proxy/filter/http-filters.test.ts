import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyFilters } from '../../../proxy/filter/apply-filters.ts'
import { FilterError } from '../../../proxy/filter/filter.ts'
import type { FilterContext, FilterResult, PostAnswer } from '../../../proxy/filter/filter.ts'
import { filterContext, service } from './filter-context.ts'

const url = 'http://filters.example/ask'

/** What becomes of the content when the service answers so. */
async function filtered(filter: string, answer: Partial<PostAnswer> | Error, content = 'hi'): Promise<FilterResult> {
  return run(filter, filterContext({ subMeta: { url }, post: service(answer).post }), content)
}

/** What comes of a filter; an error has to name it. */
async function run(filter: string, context: FilterContext, content = 'hi'): Promise<FilterResult> {
  const result = await applyFilters([filter], context, Buffer.from(content))
  if (result.action !== 'error') return result
  assert.ok(result.message.startsWith(`${filter}: `), result.message)
  return failed(result.message.slice(filter.length + 2))
}

const sent = (content: string): FilterResult => ({ action: 'send', content: Buffer.from(content) })
const failed = (message: string): FilterResult => ({ action: 'error', message })

test('http-check shows the service the metadata and the last ids, but not the content', async () => {
  const { post, asked } = service({})
  const context: FilterContext = {
    subMeta: { url: '/ask?x=1', user: 'alice' },
    pubMeta: { sender: 'bob' },
    prevIds: new Map([
      ['news', '5'],
      ['new', undefined],
      ['größe', ''],
    ]),
    post,
  }
  assert.deepEqual(await applyFilters(['http-check'], context, Buffer.from('hi')), sent('hi'))
  const headers = [
    ['Sub-Meta', '{"url":"/ask?x=1","user":"alice"}'],
    ['Pub-Meta', '{"sender":"bob"}'],
    ['Grip-Last', 'news; last-id=5'],
    ['Grip-Last', 'gr\xc3\xb6\xc3\x9fe; last-id='],
  ]
  assert.deepEqual(asked, [{ url: '/ask?x=1', headers: headers.flat(), body: '', bodyLimit: 0 }])
})

test('http-modify shows the service the content too, byte for byte', async () => {
  const { post, asked } = service({ code: 204 })
  const content = Buffer.from('\x00\xff\r\n', 'latin1')
  const result = await applyFilters(['http-modify'], filterContext({ subMeta: { url }, post }), content)
  assert.deepEqual(result, { action: 'send', content })
  const headers = ['Sub-Meta', `{"url":"${url}"}`, 'Pub-Meta', '{}']
  assert.deepEqual(asked, [{ url, headers, body: '\x00\xff\r\n', bodyLimit: 100_000 }])
})

test('metadata is ASCII without line ends in the headers, and nothing can add headers', async () => {
  const { post, asked } = service({})
  const context = filterContext({
    subMeta: { url, a: 'ü€😀', b: 'x\r\nEvil: 1\x7f\u2028' },
    pubMeta: { '"\\': '\x00' },
    prevIds: new Map([
      ['line\nfeed', '1'],
      ['news', '1\r\nEvil: 2'],
      ['kept', '2'],
    ]),
    post,
  })
  await applyFilters(['http-check'], context, Buffer.from('hi'))
  assert.deepEqual(asked[0]?.headers, [
    'Sub-Meta',
    `{"url":"${url}","a":"\\u00fc\\u20ac\\ud83d\\ude00","b":"x\\r\\nEvil: 1\\u007f\\u2028"}`,
    'Pub-Meta',
    '{"\\"\\\\":"\\u0000"}',
    'Grip-Last',
    'kept; last-id=2',
  ])
})

const answers: readonly (readonly [
  what: string,
  answer: Partial<PostAnswer>,
  check: FilterResult,
  modify: FilterResult,
])[] = [
  ['200 with a body', { body: Buffer.from('new') }, sent('hi'), sent('new')],
  ['200 without a body', {}, sent('hi'), sent('')],
  ['204', { code: 204 }, sent('hi'), sent('hi')],
  ['Action: drop', { headers: ['Date', 'now', 'ACTION', 'drop'] }, { action: 'drop' }, { action: 'drop' }],
  ['204 with Action: drop', { code: 204, headers: ['action', 'drop'] }, { action: 'drop' }, { action: 'drop' }],
  ['Action: DROP', { headers: ['Action', 'DROP'] }, sent('hi'), sent('')],
  ['Action: send', { headers: ['Action', 'send', 'Action', 'drop'] }, sent('hi'), sent('')],
  ['too long a body', { body: undefined }, sent('hi'), failed('network response exceeded 100000 bytes')],
  ['too long a body of 204', { code: 204, body: undefined }, sent('hi'), sent('hi')],
  [
    'too long a body with Action: drop',
    { headers: ['Action', 'drop'], body: undefined },
    { action: 'drop' },
    { action: 'drop' },
  ],
]

for (const [what, answer, check, modify] of answers) {
  test(`${what}: http-check ${check.action}, http-modify ${modify.action}`, async () => {
    assert.deepEqual(await filtered('http-check', answer), check)
    assert.deepEqual(await filtered('http-modify', answer), modify)
  })
}

for (const code of [100, 201, 206, 301, 404, 500]) {
  test(`an answer ${code} is an error, even with Action: drop`, async () => {
    const expected = failed(`unexpected network request status: code=${code}`)
    const answer = { code, headers: ['Action', 'drop'], body: Buffer.from('new') }
    assert.deepEqual(await filtered('http-check', answer), expected)
    assert.deepEqual(await filtered('http-modify', answer), expected)
  })
}

const conditions: readonly (readonly [message: string, condition: string])[] = [
  ['connection refused', 'connection refused'],
  ['connection timed out', 'connection timed out'],
  ['tls error', 'tls error'],
  ['disconnected', 'disconnected'],
  ['request timed out', 'request timed out'],
  ['general error', 'general error'],
  ['getaddrinfo ENOTFOUND secret.internal', 'general error'],
]

for (const [message, condition] of conditions) {
  test(`a request that fails with '${message}' is the error '${condition}'`, async () => {
    const expected = failed(`network request failed: ${condition}`)
    assert.deepEqual(await filtered('http-check', new Error(message)), expected)
    assert.deepEqual(await filtered('http-modify', new Error(message)), expected)
  })
}

test('what the queue says is passed on', async () => {
  const answer = new FilterError('network request limit reached')
  assert.deepEqual(await filtered('http-modify', answer), failed('network request limit reached'))
})

test('a request that throws at once is an error, too', async () => {
  const context = filterContext({
    subMeta: { url },
    post: () => {
      throw new Error('disconnected')
    },
  })
  assert.deepEqual(await run('http-check', context), failed('network request failed: disconnected'))
})

const urls: readonly (readonly [subMeta: Record<string, string>, message: string])[] = [
  [{}, 'missing url value'],
  [{ url: '' }, 'missing url value'],
  [{ url: 'http://' }, 'invalid url value'],
  [{ url: 'http://a:99999/' }, 'invalid url value'],
  [{ url: '//' }, 'invalid url value'],
  [{ url: 'ftp://filters.example/' }, 'invalid url value'],
  [{ url: 'javascript:1' }, 'invalid url value'],
]

for (const [subMeta, message] of urls) {
  test(`the metadata ${JSON.stringify(subMeta)} is the error '${message}', and nobody is asked`, async () => {
    const { post, asked } = service({})
    for (const filter of ['http-check', 'http-modify']) {
      assert.deepEqual(await run(filter, filterContext({ subMeta, post })), failed(message))
    }
    assert.deepEqual(asked, [])
  })
}
