import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packet, PollingClient, startSocketPush } from '../support/socket-push.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { openWebSocket } from '../support/websocket-client.ts'

const push = await startSocketPush({ authentication_timeout_ms: 60_000, remove_user_timeout_ms: 500 })

const OK = 'HTTP/1.1 200 OK'
const FAILED = 'HTTP/1.1 500 Internal Server Error'

test('an application sets, checks and replaces the session id of a user', async () => {
  assert.deepEqual(await push.call('/auth/set/1/test'), [OK, 'null'])
  assert.deepEqual(await push.call('/auth/check/test'), [OK, '1'])
  assert.deepEqual(await push.call('/auth/check/none'), [FAILED, 'Authorization failed'])
  assert.deepEqual(await push.call('/auth/set/1/new'), [OK, 'null'])
  assert.deepEqual(await push.call('/auth/check/test'), [FAILED, 'Authorization failed'])
  assert.deepEqual(await push.call('/auth/check/new'), [OK, '1'])
  assert.deepEqual(await push.call('/auth/remove/1'), [OK, 'null'])
  assert.deepEqual(await push.call('/auth/remove/1'), [OK, 'null'])
  assert.deepEqual(await push.call('/auth/check/new'), [FAILED, 'Authorization failed'])
})

test('a session id can be taken over by another user, and only that user has it then', async () => {
  await push.call('/auth/set/21/shared')
  await push.call('/auth/set/22/shared')
  assert.deepEqual(await push.call('/auth/check/shared'), [OK, '22'])
  await push.call('/auth/remove/21')
  assert.deepEqual(await push.call('/auth/check/shared'), [OK, '22'])
})

test('calls that are wrong get the answers of old', async () => {
  assert.deepEqual(await push.call('/auth/set/abc/test'), [FAILED, 'Expected numeric literal'])
  assert.deepEqual(await push.call('/auth/set/12abc/leading'), [OK, 'null'])
  assert.deepEqual(await push.call('/auth/check/leading'), [OK, '12'])
  const missing = 'HTTP/1.1 404 Not Found'
  assert.deepEqual(await push.call('/auth/set/1'), [missing, 'Cannot GET /auth/set/1'])
  assert.deepEqual(await push.call('/auth/set/1/'), [missing, 'Cannot GET /auth/set/1/'])
  assert.deepEqual(await push.call('/auth/set//x'), [missing, 'Cannot GET /auth/set//x'])
  assert.deepEqual(await push.call('/auth/toString/x'), [missing, 'Cannot GET /auth/toString/x'])
  assert.deepEqual(await push.call('/user/publish/1/%7B'), [FAILED, 'Internal Server Error'])
  assert.deepEqual(await push.call('/user/publish/9/1'), [FAILED, 'User not connected'])
  assert.deepEqual(await push.call('/auth/check/%FF'), ['HTTP/1.1 400 Bad Request', 'Bad Request'])
})

test('a polling client opens, authenticates and gets messages', async () => {
  await push.call('/auth/set/1/test')
  const opening = await ask(push.port, 'GET /socket.io/xhr-polling/ HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(opening.line, OK)
  assert.match(opening.body, /^~m~39~m~\d{39}$/)
  assert.deepEqual(opening.values('content-type'), ['text/plain; charset=UTF-8'])
  const client = await PollingClient.connect(push.port)
  const posted = await client.post('~m~28~m~{"userId":"1","hash":"test"}')
  assert.equal(posted.body, 'ok')
  assert.equal(await client.poll(), '~m~29~m~~j~{"auth":"Authorized as 1"}')
  client.begin()
  assert.deepEqual(await push.call('/user/publish/1/%7B%22a%22%3A1%7D'), [OK, 'null'])
  assert.equal(await client.answer(), '~m~10~m~~j~{"a":1}')
  await push.call('/user/publish/1/1')
  await push.call('/user/publish/1/%22%F0%9F%98%80%22')
  let came = ''
  while (came.length < 18) came += await client.poll()
  // Two UTF-16 code units, four bytes.
  assert.equal(came, '~m~1~m~1~m~2~m~\u00f0\u009f\u0098\u0080')
  await push.call('/user/remove/1')
})

test('all WebSockets of a user get its messages, in the units of old', async () => {
  await push.call('/auth/set/2/test')
  const opened = await openWebSocket(push.port, '/socket.io/websocket')
  assert.match(await opened.next(), /^text ~m~39~m~\d{39}$/)
  opened.sendText('~m~28~m~{"userId":"2","hash":"test"}')
  assert.equal(await opened.next(), 'text ~m~29~m~~j~{"auth":"Authorized as 2"}')
  const other = await push.connect()
  other.sendText('~m~29~m~~j~{"userId":2,"hash":"test"}')
  assert.equal(await other.next(), 'text ~m~29~m~~j~{"auth":"Authorized as 2"}')

  assert.deepEqual(await push.call('/user/publish/2/%7B%22a%22%3A1%7D'), [OK, 'null'])
  for (const client of [opened, other]) assert.equal(await client.next(), 'text ~m~10~m~~j~{"a":1}')
  await push.call('/user/publish/2/%5B1%2C%22two%22%5D')
  for (const client of [opened, other]) assert.equal(await client.next(), 'text ~m~12~m~~j~[1,"two"]')
  await push.call('/user/publish/2/null')
  for (const client of [opened, other]) assert.equal(await client.next(), 'text ~m~0~m~')
  assert.deepEqual(await push.call('/user/listAll'), [OK, '["2"]'])
  assert.deepEqual(await push.call('/user/remove/2'), [OK, 'null'])
  for (const client of [opened, other]) assert.equal(await client.next(), 'close 1000')
  assert.deepEqual(await push.call('/user/listAll'), [OK, '[]'])
})

test('users are subscribed to channels, connected or not', async () => {
  assert.deepEqual(await push.call('/channel/subscribe/3/news'), [OK, 'null'])
  const client = await push.connectAs(3)
  assert.deepEqual(await push.call('/channel/subscribe/3/sports'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/subscribe/3/sports'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/publish/news/%22hi%22'), [OK, 'null'])
  assert.equal(await client.next(), 'text ~m~2~m~hi')
  await push.call('/channel/publish/sports/%22goal%22')
  assert.equal(await client.next(), 'text ~m~4~m~goal')
  assert.deepEqual(await push.call('/channel/getSubscribers/news'), [OK, '["3"]'])
  assert.deepEqual(await push.call('/channel/getSubscriptions/3'), [OK, '["news","sports"]'])
  assert.deepEqual(await push.call('/channel/listAll/'), [OK, '["news","sports"]'])
  assert.deepEqual(await push.call('/channel/unsubscribe/3/news'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/publish/news/%22missed%22'), [OK, 'null'])
  await push.call('/channel/publish/sports/%22last%22')
  assert.equal(await client.next(), 'text ~m~4~m~last')
  assert.deepEqual(await push.call('/channel/unsubscribeAll/3'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/listAll'), [OK, '[]'])
  client.vanish()
})

test('asking for what there is not leaves nothing behind', async () => {
  assert.deepEqual(await push.call('/channel/getSubscribers/unknown'), [OK, '[]'])
  assert.deepEqual(await push.call('/channel/getSubscriptions/77'), [OK, '[]'])
  assert.deepEqual(await push.call('/user/remove/77'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/unsubscribe/77/unknown'), [OK, 'null'])
  assert.deepEqual(await push.call('/channel/listAll'), [OK, '[]'])
  assert.deepEqual(await push.call('/user/publish/77/1'), [FAILED, 'User not connected'])
})

test('a channel cannot be given the name of a user', async () => {
  const reserved = [FAILED, 'Channel names that begin with user: are reserved']
  assert.deepEqual(await push.call('/channel/subscribe/3/user%3A4'), reserved)
  assert.deepEqual(await push.call('/channel/publish/user%3A4/1'), reserved)
  assert.deepEqual(await push.call(`/channel/subscribe/3/${'x'.repeat(1025)}`), [FAILED, 'Channel name too long'])
})

test('a client that is not who it says is told so and closed', async () => {
  await push.call('/auth/set/4/fourth')
  const wrong = [
    '{"userId":"4","hash":"other"}',
    '{"userId":"5","hash":"fourth"}',
    '{"userId":"","hash":"fourth"}',
    '{"userId":["4"],"hash":"fourth"}',
    '{"hash":"fourth"}',
    '{"userId":4}',
    'null',
    '4',
  ]
  for (const message of wrong) {
    const client = await push.connect()
    client.sendText(packet(message))
    assert.equal(await client.next(), `text ~m~36~m~~j~{"error":"You're not authorized"}`, message)
    assert.equal(await client.next(), 'close 1000')
    client.close(1000)
    await client.closed()
  }
  const polling = await PollingClient.connect(push.port)
  await polling.post(packet('{"userId":4,"hash":"other"}'))
  assert.equal(await polling.poll(), `~m~36~m~~j~{"error":"You're not authorized"}`)
  await polling.cut()
})

test('a client whose message is not JSON may try again, but not for ever', async () => {
  await push.call('/auth/set/6/sixth')
  const client = await push.connect()
  client.sendText(packet('who am I?'))
  assert.equal(await client.next(), 'text ~m~26~m~~j~{"error":"Auth failed"}')
  client.sendText(packet('{"userId":6,"hash":"sixth"}'))
  assert.equal(await client.next(), 'text ~m~29~m~~j~{"auth":"Authorized as 6"}')
  client.vanish()
  const other = await push.connect()
  for (let i = 0; i < 10; i++) other.sendText(packet('x'))
  for (let i = 0; i < 9; i++) assert.equal(await other.next(), 'text ~m~26~m~~j~{"error":"Auth failed"}')
  assert.equal(await other.next(), `text ~m~36~m~~j~{"error":"You're not authorized"}`)
  assert.equal(await other.next(), 'close 1000')
  other.vanish()
})

test('what a user says is told to nobody', async () => {
  const [one, other] = [await push.connectAs(7), await push.connectAs(8)]
  one.sendText(packet('hello everybody'))
  one.ping('still there')
  assert.equal(await one.next(), 'pong still there')
  await push.call('/user/publish/8/%22first%22')
  assert.equal(await other.next(), 'text ~m~5~m~first')
  one.vanish()
  other.vanish()
})

/** Waits for the end of a channel's subscription. */
async function gone(channel: string, before: string): Promise<void> {
  await until(async () => {
    const [, subscribers] = await push.call(`/channel/getSubscribers/${channel}`)
    if (subscribers !== '[]') assert.equal(subscribers, before)
    return subscribers === '[]'
  }, `the end of ${channel}`)
}

test('subscriptions outlast the last connection for a while', async () => {
  const first = await push.connectAs(9)
  await push.call('/channel/subscribe/9/kept')
  first.vanish()
  const again = await push.connectAs(9)
  // Leaves later than the first connection did, so by its end that one's time is up.
  const other = await push.connectAs(10)
  await push.call('/channel/subscribe/10/lost')
  other.vanish()
  await gone('lost', '["10"]')
  assert.deepEqual(await push.call('/channel/getSubscribers/kept'), [OK, '["9"]'])
  await push.call('/channel/publish/kept/%22still%22')
  assert.equal(await again.next(), 'text ~m~5~m~still')
  again.vanish()
  await gone('kept', '["9"]')
  assert.deepEqual(await push.call('/user/publish/9/1'), [FAILED, 'User not connected'])
})

test('an unknown session is cut, and so is a poll of a session that ended', async () => {
  for (const transport of ['xhr-polling', 'jsonp-polling', 'htmlfile', 'xhr-multipart']) {
    const client = await RawClient.connect(push.port)
    client.send(`GET /socket.io/${transport}/123/1/0 HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.equal(await client.closed(), '')
  }
})
