import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../support/raw-client.ts'
import type { RawResponse } from '../support/raw-client.ts'
import { startSocketPush } from '../support/socket-push.ts'

const open = await startSocketPush()
const closed = await startSocketPush({ admin_token: 's3cret', void_reply: 'empty' })

const OK = 'HTTP/1.1 200 OK'

const API =
  '{"auth":{"set":{"params":[{"name":"userId","type":"number"},{"name":"sessionId","type":"string"}],"description":"Set Auth"},' +
  '"check":{"params":[{"name":"sessionId","type":"string"}],"description":"Check Auth"},' +
  '"remove":{"params":[{"name":"userId","type":"number"}],"description":"Delete Auth"}},' +
  '"user":{"remove":{"params":[{"name":"userId","type":"number"}],"description":"Remove user"},' +
  '"publish":{"params":[{"name":"userId","type":"number"},{"name":"message","type":"object"}],"description":"Publish a message to userid"},' +
  '"listAll":{"params":[],"description":"List all users"}},' +
  '"channel":{"subscribe":{"params":[{"name":"userId","type":"number"},{"name":"channelId","type":"string"}],"description":"Subscribe channel"},' +
  '"unsubscribe":{"params":[{"name":"userId","type":"number"},{"name":"channelId","type":"string"}],"description":"Unsubscribe channel"},' +
  '"unsubscribeAll":{"params":[{"name":"userId","type":"number"}],"description":"Unsubscribe from all channels"},' +
  '"getSubscriptions":{"params":[{"name":"userId","type":"number"}],"description":"Get subscriptions of user"},' +
  '"getSubscribers":{"params":[{"name":"channelId","type":"string"}],"description":"Get subscribers of a channel"},' +
  '"publish":{"params":[{"name":"channelId","type":"string"},{"name":"message","type":"object"}],"description":"Publish a message to channel"},' +
  '"listAll":{"params":[],"description":"List all channels"}}}'

async function post(path: string, body: string, headers = ''): Promise<RawResponse> {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  return ask(open.adminPort, head + body)
}

test('the API describes itself', async () => {
  assert.deepEqual(await open.call('/api'), [OK, API])
})

test('parameters can be posted as JSON, by name or in order', async () => {
  const client = await open.connectAs(1)
  assert.equal((await post('/user/publish', '{"userId":1,"message":{"a":[1]}}')).body, 'null')
  assert.equal(await client.next(), 'text ~m~12~m~~j~{"a":[1]}')
  assert.equal((await post('/user/publish', '["1","text"]')).body, 'null')
  assert.equal(await client.next(), 'text ~m~4~m~text')
  const wrong = [
    ['/user/publish', '{"userId":1}', 500, 'Missing parameter message'],
    ['/user/publish', '{"userId":{},"message":1}', 500, 'Expected numeric literal'],
    ['/auth/set', '[1,2]', 500, 'Expected string'],
    ['/auth/set', '[1,""]', 500, 'Expected string'],
    ['/auth/set', '{"__proto__":[1,"x"]}', 500, 'Missing parameter userId'],
    ['/auth/set', '{', 500, 'Internal Server Error'],
    ['/auth/set', 'null', 500, 'Expected an object or array of parameters'],
    ['/auth/set/1/x', '', 404, 'Cannot POST /auth/set/1/x'],
    ['/auth/set', `["1","${'x'.repeat(1_000_000)}"]`, 413, 'Body too large'],
  ] as const
  for (const [path, body, code, answer] of wrong) {
    const response = await post(path, body)
    assert.deepEqual([response.code, response.body], [code, answer])
  }
  client.vanish()
})

test('an answer is JSON for who asks for it, and can never be a page with scripts', async () => {
  await open.call('/channel/subscribe/2/%3Cscript%3E')
  const html = await open.ask('/channel/listAll')
  assert.deepEqual(html.values('content-type'), ['text/html; charset=utf-8'])
  assert.deepEqual(html.values('x-content-type-options'), ['nosniff'])
  assert.deepEqual(html.values('content-security-policy'), ["default-src 'none'; sandbox; frame-ancestors 'none'"])
  assert.equal(html.body, String.raw`["\u003cscript>"]`)
  const json = await open.ask('/channel/listAll', ['Accept: application/json'])
  assert.deepEqual(json.values('content-type'), ['application/json'])
  assert.equal((await open.ask('/<script>')).body, 'Cannot GET /&lt;script>')
})

test('pages of other sites cannot call, even without a token', async () => {
  const refused = [
    ['Sec-Fetch-Site: cross-site'],
    ['Sec-Fetch-Site: same-site'],
    ['Origin: http://evil.example'],
    ['Origin: null'],
    ['Referer: http://127.0.0.1:1/page'],
  ]
  for (const headers of refused) {
    const answer = await open.call('/auth/set/1/stolen', headers)
    assert.deepEqual(answer, ['HTTP/1.1 403 Forbidden', 'Requests from other sites are refused'], String(headers))
    const withToken = await closed.call('/auth/set/1/stolen', [...headers, 'X-Admin-Token: s3cret'])
    assert.equal(withToken[0], 'HTTP/1.1 403 Forbidden')
  }
  assert.equal((await open.call('/auth/check/stolen'))[1], 'Authorization failed')
  for (const headers of [['Sec-Fetch-Site: same-origin'], ['Sec-Fetch-Site: none'], ['Origin: http://127.0.0.1']]) {
    assert.equal((await open.call('/user/listAll', headers))[0], OK, String(headers))
  }
})

/** Status of a call to the gateway by that name. */
async function host(name: string): Promise<number> {
  const { code } = await ask(open.adminPort, `GET /user/listAll HTTP/1.1\r\nHost: ${name}\r\n\r\n`)
  return code
}

test('without a token a name that others can point at the gateway is refused', async () => {
  for (const name of ['evil.example', 'evil.example:8181', '127.0.0.1.evil.example'])
    assert.equal(await host(name), 403)
  for (const name of ['localhost:8181', '10.0.0.1', '[::1]:8181', 'pushhost']) assert.equal(await host(name), 200, name)
})

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

test('with a token nobody calls without it', async () => {
  const right = [
    ['Authorization: Bearer s3cret'],
    [`Authorization: Basic ${base64('anybody:s3cret')}`],
    ['X-Admin-Token: s3cret'],
  ]
  for (const headers of right) assert.deepEqual(await closed.call('/auth/set/1/x', headers), [OK, ''], String(headers))
  assert.deepEqual(await closed.call('/auth/check/x?token=s3cret'), [OK, '1'])
  const wrong = [[], ['Authorization: Bearer s3cre'], [`Authorization: Basic ${base64('s3cret')}`]]
  for (const headers of wrong) {
    for (const path of ['/', '/api', '/auth/check/x', '/nothing']) {
      const response = await closed.ask(path, headers)
      assert.deepEqual([response.code, response.body], [401, 'Unauthorized'])
      assert.deepEqual(response.values('www-authenticate'), ['Basic realm="socket-push", charset="UTF-8"'])
    }
  }
})

test('a token is as good as an address for a name that others can look up', async () => {
  const { code } = await ask(closed.adminPort, 'GET /api?token=s3cret HTTP/1.1\r\nHost: push.example.com\r\n\r\n')
  assert.equal(code, 200)
})
