// GRIP 3.7: the backend is told when somebody it holds is gone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import type { RecordedRequest } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { streamed } from './streamed.ts'

const GONE = 'Grip-Link: </gone?a=b>; rel=gone'

const { gateway, backend } = await startBoth()

function farewells(): RecordedRequest[] {
  return backend.requests.filter(({ line }) => targetOf(line).startsWith('/gone'))
}

async function farewell(count = 1): Promise<RecordedRequest> {
  await until(
    () => farewells().length >= count,
    () => `${count} gone requests in ${JSON.stringify(backend.requests.map(({ line }) => line))}`,
  )
  return farewells()[count - 1] as RecordedRequest
}

function hold(first: string): void {
  backend.script = byPath({ '/': first, '/gone?a=b': answer([]), '/after': answer([], 'after') })
}

test('when a client leaves a stream, the backend gets an empty POST', async () => {
  hold(stream('leaves', [GONE], 'a'))
  const client = await holdOn(gateway, 'leaves', get('/', ['X-Client: 1', 'Cookie: a=b']))
  assert.doesNotMatch(await client.until('a\r\n'), /grip-link/i)
  client.abort()
  const request = await farewell()
  assert.equal(request.line, 'POST /gone?a=b HTTP/1.1')
  assert.equal(request.body, '')
  assert.deepEqual(request.values('host'), ['localhost'])
  assert.equal(request.values('grip-sig').length, 1)
  assert.equal(request.values('grip-feature').length, 1)
  assert.doesNotMatch(request.bytes, /x-client|cookie|grip-last|content-type/i)
})

test('when a client leaves a long poll, too', async () => {
  hold(longPoll('leaves-poll', [GONE]))
  const client = await holdOn(gateway, 'leaves-poll', get('/'))
  client.abort()
  assert.equal((await farewell()).line, 'POST /gone?a=b HTTP/1.1')
})

test('when a long poll is answered, too', async () => {
  hold(longPoll('answered', [GONE]))
  const client = await holdOn(gateway, 'answered', get('/'))
  await gateway.publish([reply('answered', 'hello')])
  assert.equal((await client.response()).body, 'hello')
  await farewell()
  client.abort()
})

test('when a long poll times out, too', async () => {
  hold(longPoll('times-out', [GONE, 'Grip-Timeout: 5'], 'timeout'))
  const client = await holdOn(gateway, 'times-out', get('/'))
  assert.deepEqual(farewells(), [])
  assert.equal((await client.response()).body, 'timeout')
  await farewell()
  client.abort()
})

test('when a stream is closed, too, and only once', async () => {
  hold(stream('closed', [GONE], 'a'))
  const client = await holdOn(gateway, 'closed', get('/'))
  await gateway.publish([{ channel: 'closed', formats: { 'http-stream': { action: 'close' } } }])
  assert.equal((await client.response()).body, 'a')
  await farewell()
  client.abort()
  const other = await holdOn(gateway, 'closed', get('/'), 2)
  other.abort()
  await farewell(2)
  assert.equal(farewells().length, 2)
})

test('when a long poll is asked for again, its first hold is gone', async () => {
  backend.script = byPath({ '/': [longPoll('again', [GONE]), answer([], 'news')], '/gone?a=b': answer([]) })
  const client = await holdOn(gateway, 'again', get('/'))
  await gateway.publish([{ channel: 'again', formats: { 'http-response': { action: 'hint' } } }])
  assert.equal((await client.response()).body, 'news')
  await farewell()
  client.abort()
})

test('only the link of the first response counts', async () => {
  backend.script = byPath({
    '/': stream('first', [GONE, 'Grip-Link: </next>; rel=next; timeout=0'], '1,'),
    '/next': stream('first', ['Grip-Link: </gone-later>; rel=gone'], '2,'),
    '/gone?a=b': answer([]),
    '/gone-later': answer([]),
  })
  const client = await holdOn(gateway, 'first', get('/'))
  await streamed(client, '1,2,')
  client.abort()
  assert.equal((await farewell()).line, 'POST /gone?a=b HTTP/1.1')
})

test('a link that comes only with a later part is not one', async () => {
  backend.script = byPath({
    '/': stream('later', ['Grip-Link: </next>; rel=next; timeout=0'], '1,'),
    '/next': stream('later', ['Grip-Link: </gone-later>; rel=gone'], '2,'),
    '/known': stream('later', [GONE]),
    '/gone?a=b': answer([]),
  })
  const client = await holdOn(gateway, 'later', get('/'))
  await streamed(client, '1,2,')
  client.abort()
  // The gateway has to notice this one after that one.
  await until(
    async () => {
      await gateway.publish([{ channel: 'later', formats: { 'http-stream': { content: 'x' } } }])
      return gateway.log.matching(/publish channel=later receivers=0$/).length > 0
    },
    () => gateway.log.toString(),
  )
  const other = await RawClient.connect(gateway.port)
  other.send(get('/known'))
  await other.until('\r\n\r\n')
  other.abort()
  await farewell()
  assert.deepEqual(
    farewells().map(({ line }) => targetOf(line)),
    ['/gone?a=b'],
  )
})

test('a backend that fails to answer is not asked again, and its mistake is in the log', async () => {
  backend.script = byPath({
    '/': longPoll('fails', [GONE]),
    '/gone?a=b': answer([], 'no', '500 Internal Server Error'),
  })
  for (const count of [1, 2]) {
    const client = await holdOn(gateway, 'fails', get('/'), count)
    client.abort()
    await farewell(count)
  }
  assert.equal(farewells().length, 2)
  await until(
    () => gateway.log.matching(/^\[(?:ERR|WARN)\].*gone/).length > 0,
    () => `an error in\n${gateway.log.toString()}`,
  )
})
