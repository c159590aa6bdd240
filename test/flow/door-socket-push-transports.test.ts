import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ask, RawClient } from '../support/raw-client.ts'
import { packet, PollingClient, startSocketPush } from '../support/socket-push.ts'
import { openWebSocket } from '../support/websocket-client.ts'

const push = await startSocketPush({ authentication_timeout_ms: 60_000 })

const AUTH = '{"userId":1,"hash":"test"}'

/** Authenticates as user 1 in a session that was opened with this path. */
async function post(path: string, data: string): Promise<string> {
  const body = new URLSearchParams({ data }).toString()
  const head = `POST /socket.io/${path} HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nContent-Type: application/x-www-form-urlencoded\r\n`
  return (await ask(push.port, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)).body
}

function get(path: string, headers = ''): string {
  return `GET /socket.io/${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
}

describe('jsonp-polling', () => {
  test('opens, authenticates and is handed messages by scripts', async () => {
    await push.call('/auth/set/1/test')
    const client = await RawClient.connect(push.port)
    client.send('GET /socket.io/jsonp-polling//1300000000000/3 HTTP/1.1\r\nHost: a\r\n\r\n')
    const opened = await client.response()
    assert.deepEqual(opened.values('content-type'), ['text/javascript; charset=UTF-8'])
    const id = /^io\.JSONP\[3\]\._\("~m~39~m~(\d{39})"\);$/.exec(opened.body)?.[1]
    assert.ok(id, opened.body)
    assert.equal(await post(`jsonp-polling/${id}/1300000000000/3`, packet(AUTH)), 'ok')
    client.send(`GET /socket.io/jsonp-polling/${id}/1300000000001/3 HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal(
      (await client.response()).body,
      String.raw`io.JSONP[3]._("~m~29~m~~j~{\"auth\":\"Authorized as 1\"}");`,
    )
    client.send(`GET /socket.io/jsonp-polling/${id}/1300000000002/3 HTTP/1.1\r\nHost: a\r\n\r\n`)
    await push.call(`/user/publish/1/${encodeURIComponent('"</script>\\u2028"')}`)
    const { body } = await client.response()
    assert.equal(body, String.raw`io.JSONP[3]._("~m~10~m~\u003c/script>\u2028");`)
    client.abort()
  })

  test('a message with line feeds is understood although the form changes them', async () => {
    const opened = await ask(push.port, 'GET /socket.io/jsonp-polling//1/0 HTTP/1.1\r\nHost: a\r\n\r\n')
    const id = /(\d{39})"/.exec(opened.body)?.[1] ?? ''
    assert.equal(await post(`jsonp-polling/${id}/1/0`, '~m~27~m~{"userId":1,\r\n"hash":"test"}'), 'ok')
    const next = await ask(push.port, `GET /socket.io/jsonp-polling/${id}/1/0 HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.match(next.body, /Authorized as 1/)
  })

  test('nothing but a number gets into the script', async () => {
    for (const path of ['', '/', '//1/x', '//1/0;alert(1)']) {
      const { code } = await ask(push.port, `GET /socket.io/jsonp-polling${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      assert.equal(code, 404, path)
    }
  })
})

describe('endless responses', () => {
  test('htmlfile sends each packet as a script', async () => {
    await push.call('/auth/set/1/test')
    const client = await RawClient.connect(push.port)
    client.send('GET /socket.io/htmlfile//1300000000000 HTTP/1.1\r\nHost: a\r\n\r\n')
    const opening = await client.until(', document);</script>')
    assert.match(opening, /\r\nContent-Type: text\/html/)
    const id = /<html><body> {244}.*<script>parent\.s\._\("~m~39~m~(\d{39})", document\);<\/script>/s.exec(opening)?.[1]
    assert.ok(id, opening)
    assert.equal(await post(`htmlfile/${id}/send`, packet(AUTH)), 'ok')
    await client.until(String.raw`<script>parent.s._("~m~29~m~~j~{\"auth\":\"Authorized as 1\"}", document);</script>`)
    await push.call(`/user/publish/1/${encodeURIComponent('"</script>"')}`)
    await client.until(String.raw`<script>parent.s._("~m~9~m~\u003c/script>", document);</script>`)
    client.abort()
  })

  test('xhr-multipart sends each packet as a part', async () => {
    await push.call('/auth/set/1/test')
    const client = await RawClient.connect(push.port)
    client.send('GET /socket.io/xhr-multipart/ HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n')
    const opening = await client.until('\n--socketio\n\r\n')
    assert.match(opening, /\r\nContent-Type: multipart\/x-mixed-replace;boundary="socketio"\r\n/)
    assert.match(opening, /\r\nAccess-Control-Allow-Origin: http:\/\/b\r\n/)
    const id = /--socketio\n\r\n.*Content-Type: text\/plain\n\n~m~39~m~(\d{39})\n--socketio\n/s.exec(opening)?.[1]
    assert.ok(id, opening)
    assert.equal(await post(`xhr-multipart/${id}`, packet(AUTH)), 'ok')
    await client.until('Content-Type: text/plain\n\n~m~29~m~~j~{"auth":"Authorized as 1"}\n--socketio\n')
    await push.call('/user/publish/1/%22hi%22')
    await client.until('Content-Type: text/plain\n\n~m~2~m~hi\n--socketio\n')
    client.abort()
  })

  test('a client that echoes its heartbeats stays, one that does not is cut', { timeout: 60_000 }, async () => {
    const [echoing, silent] = [await push.connect(), await push.connect()]
    assert.equal(await echoing.next(15_000), 'text ~m~4~m~~h~1')
    echoing.sendText('~m~4~m~~h~1')
    assert.equal(await silent.next(), 'text ~m~4~m~~h~1')
    silent.sendText('~m~4~m~~h~0')
    assert.deepEqual(await silent.closed(15_000), [])
    assert.equal(await echoing.next(15_000), 'text ~m~4~m~~h~2')
    echoing.vanish()
  })
})

describe('polls', () => {
  test('of another page are allowed, since only the session id counts', async () => {
    const plain = await ask(push.port, get('xhr-polling/', 'Origin: http://b\r\n'))
    assert.deepEqual(plain.values('access-control-allow-origin'), ['http://b'])
    assert.deepEqual(plain.values('access-control-allow-credentials'), [])
    const cookie = await ask(push.port, get('xhr-polling/', 'Origin: null\r\nCookie: x=y\r\n'))
    assert.deepEqual(cookie.values('access-control-allow-origin'), ['*'])
    assert.deepEqual(cookie.values('access-control-allow-credentials'), ['true'])
  })

  test('a second poll of a session ends the first', async () => {
    const client = await PollingClient.connect(push.port)
    client.begin()
    const { body } = await ask(push.port, 'OPTIONS /socket.io/xhr-polling/ HTTP/1.1\r\nHost: a\r\n\r\n')
    assert.equal(body, '')
    const second = await RawClient.connect(push.port)
    second.send(`GET /socket.io/xhr-polling/${client.sessionId}/2 HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal(await client.answer(), '')
    await client.post(packet('x'))
    assert.equal((await second.response()).body, '~m~26~m~~j~{"error":"Auth failed"}')
    second.abort()
  })

  test('a poll without news ends after 20 s, and a session without polls after 8 s', { timeout: 60_000 }, async () => {
    const [polling, gone] = [await PollingClient.connect(push.port), await PollingClient.connect(push.port)]
    assert.equal(await polling.poll(30_000), '')
    await gone.cut()
    await polling.post(packet('x'))
    assert.equal(await polling.poll(), '~m~26~m~~j~{"error":"Auth failed"}')
  })

  test('what is no packet, or too large, is refused', async () => {
    const client = await PollingClient.connect(push.port)
    for (const data of ['x', '~m~5~m~abc', '~m~', '~m~-1~m~', '~m~1~m~ab']) {
      assert.deepEqual([data, (await client.post(data)).body], [data, 'not a packet\n'])
    }
    const large = await client.post(packet('x'.repeat(70_000)))
    assert.deepEqual([large.code, large.body], [413, 'message too large\n'])
    assert.equal((await client.post('')).body, 'ok')
  })
})

describe('the port', () => {
  test('serves the library, and not again to who has it', async () => {
    const first = await ask(push.port, get('socket.io.js'))
    assert.equal(first.code, 200)
    assert.deepEqual(first.values('content-type'), ['text/javascript; charset=utf-8'])
    assert.match(first.body, /io\.Socket = /)
    const [etag = ''] = first.values('etag')
    assert.match(etag, /^"[\w-]{22}"$/)
    assert.equal((await ask(push.port, get('socket.io.js', `If-None-Match: ${etag}\r\n`))).code, 304)
    assert.equal((await ask(push.port, get('socket.io.js', 'If-None-Match: "other"\r\n'))).code, 200)
  })

  test('refuses what is not there, and handshakes that are none', async () => {
    for (const path of [
      '/',
      '/socket.io',
      '/socket.io/',
      '/socket.io/websocket',
      '/socket.io/unknown/',
      '/x/websocket',
    ]) {
      assert.equal((await ask(push.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)).code, 404, path)
    }
    const upgrade = 'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    assert.equal((await ask(push.port, `GET /socket.io/websocket HTTP/1.1\r\n${upgrade}\r\n`)).code, 400)
    await assert.rejects(openWebSocket(push.port, '/socket.io/other'), /404/)
    assert.equal(
      (await ask(push.port, 'GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n')).code,
      400,
    )
  })
})
