import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, held, holdOn } from './held.ts'
import { answer, longPoll } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth()

function text(channel: string, body: string): object {
  return { channel, formats: { 'http-response': { body } } }
}

test('a long poll gets not a byte until something is published, and then that', async () => {
  backend.answer(longPoll('news', [], 'nothing'))
  const client = await holdOn(gateway, 'news')
  assert.equal(client.pending, '')
  await gateway.publish([text('news', 'hello')])
  assert.deepEqual(shown(await client.response()), ['HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hello'])
  client.abort()
})

test('the connection of an answered long poll takes the next request', async () => {
  backend.answer(longPoll('again'))
  const client = await holdOn(gateway, 'again')
  await gateway.publish([text('again', 'first')])
  assert.equal((await client.response()).body, 'first')
  client.send(get('/again'))
  await held(gateway, 'again', 2)
  await gateway.publish([text('again', 'second')])
  assert.equal((await client.response()).body, 'second')
  backend.answer(answer([], 'plain'))
  client.send(get('/plain'))
  assert.equal((await client.response()).body, 'plain')
  client.abort()
})

test('a request sent behind a held one is answered after it', async () => {
  backend.script = {
    whole: (socket, { line }) =>
      void socket.write(line.includes('/plain') ? answer([], 'plain') : longPoll('pipeline')),
  }
  const client = await holdOn(gateway, 'pipeline', get('/hold') + get('/plain'))
  assert.equal(client.pending, '')
  await gateway.publish([text('pipeline', 'held')])
  assert.equal((await client.response()).body, 'held')
  assert.equal((await client.response()).body, 'plain')
  client.abort()
})

test('a long poll on several channels is answered once, by the first that has something', async () => {
  backend.answer(answer(['Grip-Hold: response', 'Grip-Channel: multi-a, multi-b', 'Grip-Channel: multi-c']))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/multi'))
  await held(gateway, 'multi-c')
  await gateway.publish([text('multi-b', 'from b'), text('multi-a', 'from a'), text('multi-c', 'from c')])
  assert.equal((await client.response()).body, 'from b')
  await gateway.log.waitFor(/publish channel=multi-b receivers=1$/)
  await gateway.log.waitFor(/publish channel=multi-a receivers=0$/)
  await gateway.log.waitFor(/publish channel=multi-c receivers=0$/)
  backend.answer(answer([], 'after'))
  client.send(get('/after'))
  assert.equal((await client.response()).body, 'after')
  client.abort()
})

test('one message answers every client of its channel, and only of its channel', async () => {
  backend.script = {
    whole: (socket, { line }) => void socket.write(longPoll(line.includes('/x') ? 'shared-x' : 'shared-y')),
  }
  const first = await holdOn(gateway, 'shared-x', get('/x'))
  const second = await holdOn(gateway, 'shared-x', get('/x'), 2)
  const other = await holdOn(gateway, 'shared-y', get('/y'))
  await gateway.publish([text('shared-x', 'both')])
  assert.equal((await first.response()).body, 'both')
  assert.equal((await second.response()).body, 'both')
  assert.equal(other.pending, '')
  for (const client of [first, second, other]) client.abort()
})

test('an HTTP/1.0 client is held and answered, and its connection closed', async () => {
  backend.answer(longPoll('old'))
  const client = await holdOn(gateway, 'old', get('/old', [], '1.0'))
  await gateway.publish([text('old', 'hello')])
  const bytes = await client.closed()
  assert.match(bytes, /^HTTP\/1\.[01] 200 OK\r\n/)
  assert.match(bytes, /\r\nContent-Length: 5\r\n/)
  assert.ok(bytes.endsWith('\r\n\r\nhello'))
})

test('a HEAD request is held, and answered without a body', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nGrip-Hold: response\r\nGrip-Channel: head\r\n\r\n')
  const client = await holdOn(gateway, 'head', get('/head').replace('GET', 'HEAD'))
  await gateway.publish([text('head', 'hello')])
  const response = await client.response({ toHead: true })
  assert.deepEqual(shown(response), ['HTTP/1.1 200 OK', 'Content-Length: 5', '', ''])
  backend.answer(answer([], 'next'))
  client.send(get('/next'))
  assert.equal((await client.response()).body, 'next')
  client.abort()
})

test('a POST is held like a GET', async () => {
  backend.answer(longPoll('post'))
  const request = 'POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody'
  const client = await holdOn(gateway, 'post', request)
  assert.equal((await backend.next()).body, 'body')
  await gateway.publish([text('post', 'hello')])
  assert.equal((await client.response()).body, 'hello')
  client.abort()
})

test('a client that leaves is no longer held', async () => {
  backend.answer(longPoll('left'))
  const client = await holdOn(gateway, 'left')
  client.abort()
  await until(
    async () => {
      await gateway.publish([text('left', 'anyone?')])
      return gateway.log.matching(/publish channel=left receivers=0$/).length > 0
    },
    () => `nobody held on it:\n${gateway.log.toString()}`,
  )
  assert.deepEqual(gateway.log.matching(/^\[ERR\]/), [])
})

test('a message of another transport leaves a long poll held', async () => {
  backend.answer(longPoll('formats'))
  const client = await holdOn(gateway, 'formats')
  await gateway.publish([{ channel: 'formats', formats: { 'http-stream': { content: 'not for it' } } }])
  await gateway.log.waitFor(/publish channel=formats receivers=0$/)
  await gateway.publish([{ channel: 'formats', formats: { 'http-response': { action: 'close' } } }])
  await gateway.publish([text('formats', 'for it')])
  assert.equal((await client.response()).body, 'for it')
  client.abort()
})
