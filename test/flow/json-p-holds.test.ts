// GRIP 8.2: JSON-P that is held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get, held, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth({
  condition: '*,aco',
  routes: ['*,path_beg=/basic,aco,jsonp_mode=basic BACKEND'],
})

const TYPE = 'Content-Type: application/javascript'

/** A script of known length. */
function script(body: string, ...headers: readonly string[]): string[] {
  return ['HTTP/1.1 200 OK', ...headers, `Content-Length: ${body.length}`, '', body]
}

const HELD = ['Content-Type: application/json', 'X-H: 1', 'X-H: 2', 'Cache-Control: no-cache']
const HELD_SCRIPT = ['X-H: 1', 'X-H: 2', 'Cache-Control: no-cache', TYPE]
const HELD_HEADERS = '{"Cache-Control":"no-cache","Content-Type":"application/json","X-H":"1, 2"}'

const published: readonly (readonly [what: string, format: object, script: string])[] = [
  [
    'text',
    { code: 202, body: 'h\u00e9 </p>\n' },
    `/**/cb({"body":"h\xc3\xa9 \\u003c/p>\\n","code":202,"headers":${HELD_HEADERS},"reason":"Accepted"});\n`,
  ],
  [
    'a patch',
    { 'body-patch': [{ op: 'add', path: '/b', value: 2 }] },
    `/**/cb({"body":"{\\"a\\":1,\\"b\\":2}","code":200,"headers":${HELD_HEADERS},"reason":"OK"});\n`,
  ],
  [
    'nothing',
    { code: 204, body: '' },
    `/**/cb({"body":"","code":204,"headers":${HELD_HEADERS},"reason":"No Content"});\n`,
  ],
]

for (const [what, format, expected] of published) {
  test(`a long poll that ends with ${what} is a script`, async () => {
    const channel = what.replace(' ', '-')
    backend.answer(longPoll(channel, HELD, '{"a":1}'))
    const client = await holdOn(gateway, channel, get('/?callback=cb'))
    await gateway.publish([{ channel, formats: { 'http-response': format } }])
    assert.deepEqual(shown(await client.response()), script(expected, ...HELD_SCRIPT))
    client.abort()
  })
}

test('the connection of a long poll can be used again', async () => {
  backend.answer(longPoll('again'))
  const client = await holdOn(gateway, 'again', get('/basic?callback=cb'))
  await gateway.publish([{ channel: 'again', formats: { 'http-response': { body: '[1]\n' } } }])
  assert.equal((await client.response()).body, '/**/cb([1]);\n')
  await gateway.log.waitFor(/\/basic\?callback=cb -> .* accept$/)
  client.send(get('/basic?callback=cb'))
  await held(gateway, 'again', 2)
  await gateway.publish([{ channel: 'again', formats: { 'http-response': { 'body-bin': '/w==' } } }])
  assert.deepEqual(shown(await client.response()), [
    'HTTP/1.1 500 Internal Server Error',
    'Content-Type: text/plain',
    'Content-Length: 47',
    '',
    'Upstream response could not be JSON-P encoded.\n',
  ])
  client.abort()
})

test('the timeout of a long poll is a script', { timeout: 30_000 }, async () => {
  backend.answer(longPoll('timeout', ['Grip-Timeout: 5', ...HELD], '{"a":"/"}'))
  assert.deepEqual(
    shown(await ask(gateway.port, get('/?callback=cb'), { limit: 20_000 })),
    script(
      `/**/cb({"body":"{\\"a\\":\\"/\\"}","code":200,"headers":${HELD_HEADERS},"reason":"OK"});\n`,
      ...HELD_SCRIPT,
    ),
  )
})

test('a response without a hold is a script without instructions', async () => {
  backend.answer(answer(['Grip-Status: 403', 'X-A: 1'], 'no'))
  assert.deepEqual(
    shown(await ask(gateway.port, get('/?callback=cb'))),
    script('/**/cb({"code": 403, "reason": "Forbidden", "headers": {"X-A":"1"}, "body": "no"});\n', TYPE),
  )
})

test('a stream is no script: it has no end', async () => {
  backend.answer(stream('stream', ['Content-Type: text/plain'], 'abc'))
  const client = await holdOn(gateway, 'stream', get('/?callback=cb'))
  await client.until('abc')
  await gateway.publish([{ channel: 'stream', formats: { 'http-stream': { action: 'close' } } }])
  const { headers, body } = await client.response()
  assert.equal(body, 'abc')
  assert.deepEqual([headers[0], headers[3]], ['Content-Type: text/plain', 'Access-Control-Allow-Origin: *'])
  client.abort()
})

test('a hint sends the described request to the backend again', async () => {
  backend.answer(longPoll('hint'))
  const asked = get('/p?callback=cb&_method=PUT&_headers=%7B%22X-A%22:%221%22%7D&_body=x&y')
  const client = await holdOn(gateway, 'hint', asked)
  backend.answer(answer([], 'now'))
  await gateway.publish([{ channel: 'hint', formats: { 'http-response': { action: 'hint' } } }])
  assert.match((await client.response()).body, /"body": "now"/)
  const first = await backend.next()
  const second = await backend.next()
  for (const request of [first, second]) {
    assert.deepEqual([request.line, request.body, request.values('x-a')], ['PUT /p?y HTTP/1.1', 'x', ['1']])
  }
  client.abort()
})
