import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type HttpApi, startHttpApi } from '../../../handler/receive/http-api.ts'
import { FakeCommands, FakeInbox } from './fakes.ts'
import { exchange, RawClient } from './raw-http.ts'

const ITEM = '{"items":[{"channel":"c","formats":{"http-stream":{"content":"x"}}}]}'

let inbox: FakeInbox
let commands: FakeCommands
let healthy = true
let api: HttpApi

before(async () => {
  api = await startHttpApi(
    { address: '127.0.0.1', port: 0, maxHeadersSize: 2000, maxBodySize: 1000 },
    { publish: (items) => inbox.publish(items), ready: () => inbox.ready() },
    { recover: () => commands.recover() },
    () => ({ ok: healthy }),
    () => 'metric 1\n',
  )
})
after(() => api.close())
beforeEach(() => {
  inbox = new FakeInbox()
  commands = new FakeCommands()
  healthy = true
})

function post(path: string, body: string, headers = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: h\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
}

async function answers(request: string, status: string, body: string): Promise<void> {
  const answer = await exchange(api.port, request)
  assert.equal(answer.status, status)
  assert.equal(answer.body, body)
  assert.equal(answer.headers['content-type'], 'text/plain')
}

for (const path of ['/publish', '/publish/', '/publish/?x=1', '/publish?x=1']) {
  test(`POST ${path} publishes`, async () => {
    await answers(post(path, ITEM), '200 OK', 'Published\n')
    assert.deepEqual(inbox.channels, ['c'])
  })
}

test('whoever accepts only JSON is answered in JSON', async () => {
  const accept = 'Accept: text/html, application/json;q=0.1\r\n'
  const published = await exchange(api.port, post('/publish/', ITEM, accept))
  assert.equal(published.headers['content-type'], 'application/json')
  assert.equal(published.body, '{"message":"Published"}\n')
  const recovered = await exchange(api.port, post('/recover', '', accept))
  assert.equal(recovered.body, '{"message":"Updated"}\n')
})

test('of several accepted types the last one that is known decides', async () => {
  const json = await exchange(api.port, post('/publish/', ITEM, 'Accept: text/plain, application/*, image/png\r\n'))
  assert.equal(json.headers['content-type'], 'application/json')
  const text = await exchange(api.port, post('/publish/', ITEM, 'Accept: application/json, *\r\n'))
  assert.equal(text.headers['content-type'], 'text/plain')
})

test('nothing is published for whoever accepts neither text nor JSON', async () => {
  const sentence = 'Not Acceptable. Supported formats are text/plain and application/json.\n'
  await answers(post('/publish/', ITEM, 'Accept: image/png\r\n'), '406 Not Acceptable', sentence)
  await answers('GET / HTTP/1.1\r\nAccept: image/png\r\n\r\n', '406 Not Acceptable', sentence)
  assert.deepEqual(inbox.items, [])
})

for (const type of ['text/plain', 'application/x-www-form-urlencoded', ';;', 'application/json; charset=latin1']) {
  test(`the body's type does not count: ${type}`, async () => {
    await answers(post('/publish/', ITEM, `Content-Type: ${type}\r\n`), '200 OK', 'Published\n')
  })
}

for (const [body, sentence] of [
  ['', 'Body is not valid JSON.\n'],
  ['nojson', 'Body is not valid JSON.\n'],
  ['5', 'Body is not valid JSON.\n'],
  ['{"items":[],"a":"\xff"}', 'Body is not valid JSON.\n'],
  ['[]', 'Invalid format.\n'],
  ['{"noitems":1}', "Invalid format: object does not contain 'items'\n"],
  ['{"items":{}}', "Invalid format: object contains 'items' with wrong type\n"],
  ['{"items":[7]}', 'Invalid format: publish item object is not an object\n'],
  ['{"items":[{"formats":{}}]}', "Invalid format: publish item object does not contain 'channel'\n"],
] as const) {
  test(`the body ${body || '(empty)'} is refused`, async () => {
    await answers(post('/publish/', body), '400 Bad Request', sentence)
  })
}

test('one bad item refuses the whole request', async () => {
  const answer = await exchange(api.port, post('/publish/', ITEM.replace(']}', ',{"channel":"d"}]}')))
  assert.equal(answer.body, 'Invalid format: no formats specified\n')
  assert.deepEqual(inbox.items, [])
})

test('an empty list is published', () => answers(post('/publish/', '{"items":[]}'), '200 OK', 'Published\n'))

test('when too much waits, publishers are told to come again and nothing is taken', async () => {
  inbox.full = true
  const answer = await exchange(api.port, post('/publish/', ITEM))
  assert.equal(answer.status, '503 Service Unavailable')
  assert.equal(answer.headers['retry-after'], '1')
  assert.equal(answer.headers['content-type'], 'text/plain')
  assert.equal(answer.body, 'Too much waits to be delivered, nothing was published.\n')
  inbox.full = false
  await answers(post('/publish/', ITEM), '200 OK', 'Published\n')
})

for (const [path, channel] of [
  ['/publish/test', 'test'],
  ['/publish/test/', 'test'],
  ['/publish/a/b/', 'a/b'],
  ['/publish/a%2Fb%20%C3%A4', 'a/b ä'],
  ['/realm/x/publish/test', 'test'],
  ['/realm/x/publish/test/', 'test'],
] as const) {
  test(`POST ${path} publishes to ${channel}`, async () => {
    const items = '{"items":[{"http-response":{"body":"1"}},{"channel":"own","http-response":{"body":"2"}}]}'
    await answers(post(path, items), '200 OK', 'Published\n')
    assert.deepEqual(inbox.channels, [channel, 'own'])
  })
}

for (const path of ['/publish/%zz', '/realm/x/publish/%ff/']) {
  test(`POST ${path} is refused`, () =>
    answers(post(path, ITEM), '400 Bad Request', 'Channel in the path is not percent-encoded UTF-8.\n'))
}

test('POST /recover asks the workers to recover', async () => {
  await answers(post('/recover/', ''), '200 OK', 'Updated\n')
  assert.equal(commands.recovered, 1)
})

for (const method of ['GET', 'OPTIONS', 'PROPFIND']) {
  test(`${method} / says what this is`, () =>
    answers(`${method} / HTTP/1.1\r\nContent-Length: 0\r\n\r\n`, '200 OK', 'Pushpin API\n'))

  for (const path of ['/publish/', '/recover']) {
    test(`${method} ${path} is not allowed`, async () => {
      const answer = await exchange(api.port, `${method} ${path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`)
      assert.equal(answer.status, '405 Method Not Allowed')
      assert.equal(answer.headers['allow'], 'POST')
      assert.equal(answer.body, `Method not allowed: ${method}.\n`)
    })
  }
}

for (const request of [
  post('/other', ITEM),
  post('/api/publish/', ITEM),
  post('/%zz', ITEM),
  'GET /x HTTP/1.1\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\n\r\n',
]) {
  const line = request.slice(0, request.indexOf(' HTTP'))
  test(`${line} is not found`, () => answers(request, '404 Not Found', 'Not Found\n'))
}

test('GET /health tells how the gateway is', async () => {
  const good = await exchange(api.port, 'GET /health HTTP/1.1\r\n\r\n')
  assert.deepEqual([good.status, good.body], ['200 OK', '{"ok":true}\n'])
  assert.equal(good.headers['content-type'], 'application/json')
  healthy = false
  const bad = await exchange(api.port, 'GET /health HTTP/1.1\r\n\r\n')
  assert.deepEqual([bad.status, bad.body], ['503 Service Unavailable', '{"ok":false}\n'])
})

test('GET /metrics tells the figures as Prometheus reads them', async () => {
  const { status, body, headers } = await exchange(api.port, 'GET /metrics HTTP/1.1\r\n\r\n')
  assert.deepEqual([status, body], ['200 OK', 'metric 1\n'])
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4')
})

test('a connection serves one publish after another', async () => {
  const client = new RawClient(api.port)
  for (const request of [post('/publish/', ITEM), post('/publish/', 'nojson'), post('/publish/', ITEM)]) {
    client.send(request)
    const answer = await client.answer()
    assert.equal(answer.headers['connection'], 'keep-alive')
    assert.equal(answer.headers['keep-alive'], 'timeout=75')
  }
  assert.equal(inbox.items.length, 2)
  client.close()
})

for (const request of [
  post('/publish/', ITEM, 'Connection: close\r\n'),
  post('/publish/', ITEM).replace('HTTP/1.1', 'HTTP/1.0'),
]) {
  test(`the connection is closed after ${request.includes('close') ? 'Connection: close' : 'HTTP/1.0'}`, async () => {
    const client = new RawClient(api.port)
    client.send(request)
    const answer = await client.answer()
    assert.equal(answer.headers['connection'], 'close')
    await client.closed
  })
}

test('a port in use is told in one sentence', async () => {
  const options = { address: '127.0.0.1', port: api.port, maxHeadersSize: 2000, maxBodySize: 1000 }
  await assert.rejects(
    startHttpApi(options, inbox, commands, () => ({ ok: true })),
    { message: `http control server: 127.0.0.1:${api.port}: address already in use` },
  )
})
