// GRIP 4.7: filters that ask an HTTP service.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { RawClient } from '../support/raw-client.ts'
import { startBackend } from '../support/recording-backend.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({
  routes: ['debug.example,debug BACKEND', 'prefix.example,prefix=pre- BACKEND'],
})
const service = await startBackend()
beforeEach(() => service.reset())
after(() => service.stop())

const NOTHING = 'HTTP/1.1 204 No Content\r\n\r\n'
const DROP = 'HTTP/1.1 204 No Content\r\nAction: drop\r\n\r\n'

function meta(path = '/filter', more = ''): string {
  return `Grip-Set-Meta: url="http://127.0.0.1:${service.port}${path}"${more}`
}

async function open(
  channels: string,
  headers: readonly string[],
  channel: string,
  host = 'localhost',
): Promise<RawClient> {
  backend.answer(stream(channels, headers))
  return holdOn(gateway, channel, get('/').replace('localhost', host))
}

/** Answers each question by its content, or what it says about the message. */
function answering(by: (request: RecordedRequest) => string): void {
  service.script = { whole: (socket, request) => void socket.write(by(request)) }
}

function json(request: RecordedRequest | undefined, name: string): unknown {
  return JSON.parse(request?.values(name)[0] ?? 'null')
}

test('http-check: the service decides, and gets what is known but not the content', async () => {
  const channels = 'check; prev-id=1; filter=http-check, other'
  const headers = [meta('/check?a=b', ', user=alice'), 'Grip-Link: </next>; rel=next']
  const client = await open(channels, headers, 'other')
  answering((request) => ((json(request, 'pub-meta') as { n?: string }).n === '2' ? DROP : NOTHING))
  await gateway.publish([
    chunk('check', '1,', { id: '2', 'prev-id': '1', meta: { n: '1' } }),
    chunk('check', '2,', { id: '3', 'prev-id': '2', meta: { n: '2' } }),
    chunk('check', '3,', { id: '4', 'prev-id': '3' }),
  ])
  await streamed(client, '1,3,')
  const [first, second, third] = service.requests
  assert.equal(first?.line, 'POST /check?a=b HTTP/1.1')
  assert.equal(first.body, '')
  assert.deepEqual(json(first, 'sub-meta'), { url: `http://127.0.0.1:${service.port}/check?a=b`, user: 'alice' })
  assert.deepEqual(json(first, 'pub-meta'), { n: '1' })
  assert.deepEqual(json(third, 'pub-meta'), {})
  assert.equal(first.values('grip-last').length, 1)
  assert.match(first.values('grip-last')[0] ?? '', /^check; last-id=/)
  assert.equal(first.values('grip-sig').length, 1)
  assert.equal(second?.body, '')
  client.abort()
})

test('http-modify: the service gets the content and may replace it', async () => {
  const client = await open('modify; filter=http-modify', [meta()], 'modify')
  answering(({ body }) => {
    if (body === 'drop') return answer(['Action: drop'], 'x')
    return body === 'keep' ? NOTHING : answer([], body.toUpperCase())
  })
  for (const content of ['hello', 'keep', 'drop', 'bye']) await gateway.publish([chunk('modify', content)])
  await streamed(client, 'HELLOkeepBYE')
  assert.deepEqual(
    service.requests.map(({ body }) => body),
    ['hello', 'keep', 'drop', 'bye'],
  )
  client.abort()
})

test('http-modify: a message can become empty, and a long poll gets the new body', async () => {
  backend.answer(longPoll('modify-poll; filter=http-modify', [meta()]))
  const client = await holdOn(gateway, 'modify-poll')
  answering(({ body }) => answer([], body === 'old' ? 'new and longer' : ''))
  await gateway.publish([reply('modify-poll', 'old')])
  const response = await client.response()
  assert.equal(response.body, 'new and longer')
  assert.deepEqual(response.values('content-length'), ['14'])
  client.abort()
})

test('while the service thinks, later messages wait', async () => {
  const client = await open('waits; filter=http-check, swift', [meta()], 'swift')
  let asking: Socket | undefined
  service.script = { whole: (socket) => void (asking = socket) }
  await gateway.publish([chunk('waits', '1,'), chunk('swift', '2,')])
  await until(
    () => service.requests.length === 1,
    () => 'a question',
  )
  await gateway.log.waitFor(/publish channel=swift receivers=1$/)
  assert.doesNotMatch(client.pending, /2,/)
  asking?.write(NOTHING)
  await streamed(client, '1,2,')
  client.abort()
})

test('filters run in their order, and a drop is the end', async () => {
  const client = await open(
    'chain; filter=skip-self; filter=var-subst; filter=http-modify',
    [meta('/', ', user=alice')],
    'chain',
  )
  answering(({ body }) => answer([], `[${body}]`))
  await gateway.publish([chunk('chain', 'own', { meta: { sender: 'alice' } }), chunk('chain', '%(user)s')])
  await streamed(client, '[alice]')
  assert.equal(service.requests.length, 1)
  client.abort()
})

test('a relative url is at the host of the request, and goes through its route', async () => {
  const client = await open('relative; filter=http-check', ['Grip-Set-Meta: url=/filter'], 'relative')
  backend.answer(DROP)
  await gateway.publish([chunk('relative', 'dropped')])
  await until(
    () => backend.requests.length === 2,
    () => 'a question to the backend',
  )
  backend.answer(NOTHING)
  await gateway.publish([chunk('relative', 'hello')])
  await streamed(client, 'hello')
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET / HTTP/1.1', 'POST /filter HTTP/1.1', 'POST /filter HTTP/1.1'],
  )
  client.abort()
})

test('channels are told without the prefix of the route', async () => {
  const headers = [meta(), 'Grip-Link: </next>; rel=next']
  const client = await open('named; prev-id=1; filter=http-check', headers, 'pre-named', 'prefix.example')
  service.answer(NOTHING)
  await gateway.publish([chunk('pre-named', 'x', { id: '2', 'prev-id': '1' })])
  await streamed(client, 'x')
  assert.match(service.requests[0]?.values('grip-last')[0] ?? '', /^named; last-id=/)
  client.abort()
})

test('a service that fails drops the message, and the stream goes on', async () => {
  const client = await open('fails; filter=http-check', [meta()], 'fails')
  answering((request) => {
    const { answer: code = '204 No Content' } = json(request, 'pub-meta') as { answer?: string }
    return answer([], '', code)
  })
  for (const code of ['404 Not Found', '500 Internal Server Error', '302 Found', '201 Created']) {
    await gateway.publish([chunk('fails', code, { meta: { answer: code } })])
  }
  await gateway.publish([chunk('fails', 'fine', { meta: { answer: '200 OK' } })])
  await streamed(client, 'fine')
  client.abort()
})

const ERRORS: readonly (readonly [channel: string, header: () => string, response: string, message: RegExp])[] = [
  ['status', meta, answer([], '', '404 Not Found'), /unexpected network request status: code=404/],
  ['large', meta, answer([], 'x'.repeat(100_001)), /network response exceeded 100000 bytes/],
  ['no-url', () => 'Grip-Set-Meta: a=b', NOTHING, /missing url value/],
  ['odd-url', () => 'Grip-Set-Meta: url="http://[nowhere"', NOTHING, /invalid url value/],
  ['refused', () => 'Grip-Set-Meta: url="http://127.0.0.1:1/"', NOTHING, /network request failed: connection refused/],
]

for (const [channel, header, response, message] of ERRORS) {
  test(`with debug, a stream ends with the reason: ${message.source}`, async () => {
    const client = await open(`${channel}; filter=http-modify`, [header()], channel, 'debug.example')
    service.answer(response)
    await gateway.publish([chunk(channel, 'x')])
    const { body } = await client.response()
    assert.match(body, /^\n\nfilter error: /)
    assert.match(body, message)
    client.abort()
  })
}
