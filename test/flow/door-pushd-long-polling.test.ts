import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPushd } from '../support/pushd.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { get, held } from './held.ts'

const { gateway, connect, pollPort } = await startPushd({ long_polling_session_timeout: 1 })
const HEAD = 'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n'

test('a request without a timestamp waits for one message and ends with it', async () => {
  const poll = await RawClient.connect(pollPort)
  poll.send(get('/sub/one/0'))
  await held(gateway, 'one')
  const a = await connect()
  await a.asks('pub one hello\n', 'PUBLISHED\n')
  assert.equal(await poll.closed(), `${HEAD}hello`)
})

test('a request with a timestamp gets what is newer at once, and can go on from there', async () => {
  const a = await connect()
  for (const message of ['m1', 'm2', 'm3']) await a.asks(`pub resumed ${message}\n`, 'PUBLISHED\n')
  const first = await ask(pollPort, get('/history/resumed/0'))
  const [, stamp = ''] = /"msg":"m1","ts":(\d{19})\}/.exec(first.body) ?? []
  const { body } = await ask(pollPort, get(`/sub/resumed/${stamp}`))
  const messages = JSON.parse(body) as { channel: string; msg: string; ts: string }[]
  assert.deepEqual(
    messages.map(({ channel, msg }) => [channel, msg]),
    [
      ['resumed', 'm2'],
      ['resumed', 'm3'],
    ],
  )
  assert.match(messages[1]?.ts ?? '', /^\d{19}$/)
  const waiting = await RawClient.connect(pollPort)
  waiting.send(get(`/sub/resumed/${messages[1]?.ts}`))
  await held(gateway, 'resumed')
  await a.asks('pub resumed m4\n', 'PUBLISHED\n')
  assert.equal(await waiting.closed(), `${HEAD}m4`)
})

test('a request that nothing comes for ends with an empty body', async () => {
  const poll = await RawClient.connect(pollPort)
  poll.send(get('/sub/silent/0'))
  assert.equal(await poll.closed(), HEAD)
})

test('publishing takes the rest of the path as the message', async () => {
  const a = await connect()
  await a.asks('sub escaped\n', 'SUBSCRIBED escaped\n')
  const { code, body, headers } = await ask(pollPort, get('/pub/escaped/a%20b/c%C3%A9?x=1'))
  assert.deepEqual([code, body, headers[0]], [200, 'PUBLISHED', 'Access-Control-Allow-Origin: *'])
  await a.gets('a b/c\xc3\xa9\n')
})

test('what cannot be understood is said so', async () => {
  for (const [path, code, body] of [
    ['/sub/x/yesterday', 400, 'invalid timestamp'],
    ['/history/x/-1', 400, 'invalid timestamp'],
    ['/sub/a%00b/0', 400, 'Invalid channel'],
    ['/sub/%ff/0', 404, 'Not found'],
    ['/sub/x', 404, 'Not found'],
    ['/toString/x/0', 404, 'Not found'],
    ['/', 404, 'Not found'],
  ] as const) {
    const response = await ask(pollPort, get(path))
    assert.deepEqual([response.code, response.body], [code, body], path)
  }
})

test('a page of another origin may ask with a token in the header', async () => {
  const response = await ask(pollPort, 'OPTIONS /pub/x/y HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(response.code, 204)
  assert.deepEqual(response.values('access-control-allow-origin'), ['*'])
  assert.deepEqual(response.values('access-control-allow-headers'), ['Authorization'])
  assert.equal((await ask(pollPort, get('/history/x/0'))).body, '[]')
})
