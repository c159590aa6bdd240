// The first steps that the documentation of Pushpin shows, and its example of a backend, with their very commands and bodies.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { Command } from '../support/command.ts'
import { startBoth } from '../support/gateway-and-backend.ts'
import { needs } from '../support/programs.ts'
import type { RawClient } from '../support/raw-client.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { get, held, holdOn } from './held.ts'
import { shown } from './shown.ts'
import { streamed } from './streamed.ts'

const { gateway, backend } = await startBoth({ routes: ['mock.example test'] })

let holds = 0

/** A client whose request is held on the channel that all the examples have. */
function hold(request: string): Promise<RawClient> {
  return holdOn(gateway, 'test', request, ++holds)
}

function onMock(path: string): string {
  return get(path).replace('localhost', 'mock.example')
}

/** The body that the commands of the documentation post, with their line breaks. */
const HELLO = `{ "items": [ { "channel": "test", "formats": {
    "http-stream": { "content": "hello there\\n" } } } ] }`

/** What curl sends for \`-d\`: its content type is not that of JSON. */
async function post(path: string, body: string, type = 'application/x-www-form-urlencoded'): Promise<unknown[]> {
  const url = `http://127.0.0.1:${gateway.publishPort}${path}`
  const response = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } })
  return [response.status, await response.text()]
}

const PUBLISHED = [200, 'Published\n']

test('the mock backend streams what pushpin-publish and curl publish', async () => {
  const client = await hold(onMock('/stream'))
  await streamed(client, '[stream opened]\n')
  const spec = `http://localhost:${gateway.publishPort}`
  const command = new Command('shared/cli/pushpin-publish.js', ['--spec', spec, 'test', 'hello there'])
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
  assert.deepEqual(command.out.lines, ['Published'])
  assert.deepEqual(await post('/publish/', HELLO), PUBLISHED)
  await streamed(client, '[stream opened]\nhello there\nhello there\n')
  client.abort()
})

test('the packaged pushpin-publish of the reference publishes here', { skip: needs('pushpin-publish') }, async () => {
  const client = await hold(onMock('/stream'))
  for (const spec of [`http://localhost:${gateway.publishPort}`, gateway.pullSpec]) {
    const tool = spawn('pushpin-publish', ['--spec', spec, 'test', 'hello there'], { stdio: 'ignore' })
    const [code] = await once(tool, 'close')
    assert.equal(code, 0)
  }
  await streamed(client, '[stream opened]\nhello there\nhello there\n')
  client.abort()
})

const WELCOME = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/plain',
  'Content-Length: 22',
  'Grip-Hold: stream',
  'Grip-Channel: test',
  '',
  'welcome to the stream\n',
].join('\r\n')

test('a response with two headers more becomes a stream without them', async () => {
  backend.answer(WELCOME)
  const client = await hold(get('/'))
  await streamed(client, 'welcome to the stream\n')
  const [head = ''] = client.pending.split('\r\n\r\n')
  assert.deepEqual(head.split('\r\n'), ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Transfer-Encoding: chunked'])
  assert.deepEqual(await post('/publish', HELLO), PUBLISHED)
  await streamed(client, 'welcome to the stream\nhello there\n')
  client.abort()
})

/** As the example script with curl writes it: one item for clients of every kind. */
const EVERY_KIND =
  '{ "items": [ { "channel": "test", "formats": { "http-response": { "body": "all\\n" }, ' +
  '"http-stream": {"content": "all\\n" }, "ws-message": {"content": "all\\n" } } } ] }'

test('one item reaches a stream, a long poll and a WebSocket of the mock backend', async () => {
  const stream = await hold(onMock('/stream'))
  const poll = await hold(onMock('/response'))
  const socket = await openWebSocket(gateway.port, '/ws', { host: 'mock.example' })
  await held(gateway, 'test', ++holds)
  assert.deepEqual(await post('/publish/', EVERY_KIND), PUBLISHED)
  await streamed(stream, '[stream opened]\nall\n')
  assert.equal((await poll.response()).body, 'all\n')
  assert.equal(await socket.next(), 'text all\n')
  for (const client of [stream, poll]) client.abort()
  socket.vanish()
})

test('formats beside the channel, as the oldest examples have them', async () => {
  backend.answer(WELCOME)
  const client = await hold(get('/'))
  const item = '{ "items": [ { "channel": "test", "http-stream": { "content": "hello there\\n" } } ] }'
  assert.deepEqual(await post('/publish', item), PUBLISHED)
  await streamed(client, 'welcome to the stream\nhello there\n')
  client.abort()
})

test('the example of the README breaks its body with backslashes, which is no JSON', async () => {
  assert.deepEqual(await post('/publish', HELLO.replace('{\n', '{ \\\n')), [400, 'Body is not valid JSON.\n'])
})

const HOLD_JSON = `{
  "hold": {
    "mode": "response",
    "channels": [
      {
        "name": "test"
      }
    ],
    "timeout": 55
  },
  "response": {
    "headers": {
      "Content-Type": "text/plain"
    },
    "body": "nothing for now\\n"
  }
}
`

for (const [form, response] of [
  [
    'headers',
    'Grip-Hold: response\r\nGrip-Channel: test\r\nGrip-Timeout: 55\r\nContent-Type: text/plain\r\n\r\nnothing for now\n',
  ],
  ['JSON', `Content-Type: application/grip-instruct\r\n\r\n${HOLD_JSON}`],
] as const) {
  test(`the example of a long poll with ${form}`, async () => {
    // Without a length, as scripts of those examples answer behind a server that closes.
    backend.script = { whole: (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${response}`) }
    const client = await hold(get('/poll'))
    assert.deepEqual(await post('/publish/', EVERY_KIND), PUBLISHED)
    assert.deepEqual(shown(await client.response()), [
      'HTTP/1.1 200 OK',
      'Content-Type: text/plain',
      'Content-Length: 4',
      '',
      'all\n',
    ])
    client.abort()
  })
}
