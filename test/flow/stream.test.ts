import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, held, holdOn } from './held.ts'
import { answer, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth()

async function publishStream(channel: string, ...contents: string[]): Promise<void> {
  await gateway.publish(contents.map((content) => ({ channel, formats: { 'http-stream': { content } } })))
}

async function close(channel: string): Promise<void> {
  await gateway.publish([{ channel, formats: { 'http-stream': { action: 'close' } } }])
}

test('the first content is there at once, what is published is appended, and close ends the response', async () => {
  backend.answer(stream('events', ['Content-Type: text/event-stream', 'Grip-Status: 201 Open'], 'first\n'))
  const client = await holdOn(gateway, 'events')
  const start = await client.until('first\n')
  assert.match(start, /^HTTP\/1\.1 201 Open\r\nContent-Type: text\/event-stream\r\n/)
  assert.match(start, /\r\nTransfer-Encoding: chunked\r\n/i)
  assert.doesNotMatch(start, /Content-Length|Grip-/i)
  await publishStream('events', 'a', 'b\n')
  assert.ok((await client.until('b\n')).endsWith('1\r\na\r\n2\r\nb\n\r\n'))
  await close('events')
  assert.equal((await client.response()).body, 'first\nab\n')
  backend.answer(answer([], 'plain'))
  client.send(get('/plain'))
  assert.equal((await client.response()).body, 'plain')
  client.abort()
})

test('a long first content does not wait for more', async () => {
  const body = `:${' '.repeat(2048)}\n\nevent: stream-open\ndata:\n\n`
  backend.answer(stream('long', [], body))
  const client = await holdOn(gateway, 'long')
  assert.ok((await client.until('stream-open')).includes(body))
  client.abort()
})

test('a chunked response of the backend is a first content like any other', async () => {
  const head = 'HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: chunked\r\nTransfer-Encoding: chunked\r\n\r\n'
  backend.answer(`${head}3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n`)
  const client = await holdOn(gateway, 'chunked')
  await client.until('onetwo')
  client.abort()
})

test('the head is there at once even without a first content', async () => {
  backend.answer(stream('quiet', ['X-A: 1']))
  const client = await holdOn(gateway, 'quiet')
  assert.match(await client.until('\r\n\r\n'), /X-A: 1/)
  await publishStream('quiet', 'later')
  assert.ok((await client.until('later')).endsWith('\r\n\r\n5\r\nlater\r\n'))
  client.abort()
})

test('an HTTP/1.0 client reads the stream until its end', async () => {
  backend.answer(stream('old', ['X-A: 1'], 'first,'))
  const client = await holdOn(gateway, 'old', get('/old', [], '1.0'))
  assert.doesNotMatch(await client.until('first,'), /chunked|Content-Length/i)
  await publishStream('old', 'second,', 'third')
  await client.until('third')
  await close('old')
  assert.ok((await client.closed()).endsWith('\r\n\r\nfirst,second,third'))
})

test('binary content arrives byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  backend.answer(stream('binary', [], bytes.toString('latin1')))
  const client = await holdOn(gateway, 'binary')
  const item = { channel: 'binary', formats: { 'http-stream': { 'content-bin': bytes.toString('base64') } } }
  await gateway.publish([item, item])
  await close('binary')
  const { body } = await client.response()
  assert.deepEqual(Buffer.from(body, 'latin1'), Buffer.concat([bytes, bytes, bytes]))
  client.abort()
})

test('text that is not ASCII is sent as UTF-8', async () => {
  backend.answer(stream('text'))
  const client = await holdOn(gateway, 'text')
  await publishStream('text', 'grüße 🙂')
  await close('text')
  assert.equal(Buffer.from((await client.response()).body, 'latin1').toString(), 'grüße 🙂')
  client.abort()
})

test('an empty content does not end the stream', async () => {
  backend.answer(stream('empty'))
  const client = await holdOn(gateway, 'empty')
  await publishStream('empty', 'a', '', 'b')
  await close('empty')
  assert.equal((await client.response()).body, 'ab')
  client.abort()
})

test('a stream on several channels gets the messages of all, in order', async () => {
  backend.answer(answer(['Grip-Hold: stream', 'Grip-Channel: both-a, both-b']))
  const client = await holdOn(gateway, 'both-b', get('/both'))
  await gateway.publish(
    ['a', 'b', 'a', 'b', 'b'].map((name, index) => ({
      channel: `both-${name}`,
      formats: { 'http-stream': { content: `${name}${index} ` } },
    })),
  )
  await client.until('b4')
  await close('both-a')
  assert.equal((await client.response()).body, 'a0 b1 a2 b3 b4 ')
  client.abort()
})

test('a channel that is named twice is delivered once', async () => {
  backend.answer(answer(['Grip-Hold: stream', 'Grip-Channel: twice, twice']))
  const client = await holdOn(gateway, 'twice')
  await publishStream('twice', 'once')
  await close('twice')
  assert.equal((await client.response()).body, 'once')
  client.abort()
})

test('a client that leaves its stream is no longer held, others stay', async () => {
  backend.answer(stream('leaving'))
  const first = await holdOn(gateway, 'leaving')
  const second = await holdOn(gateway, 'leaving', get('/leaving'), 2)
  first.abort()
  await until(
    async () => {
      await publishStream('leaving', 'x')
      return gateway.log.matching(/publish channel=leaving receivers=1$/).length > 0
    },
    () => `one held on it:\n${gateway.log.toString()}`,
  )
  await second.until('x')
  second.abort()
})

test('a HEAD request to a stream gets the head and can go on', async () => {
  backend.answer('HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: head\r\nX-A: 1\r\n\r\n')
  const client = await RawClient.connect(gateway.port)
  client.send(get('/head').replace('GET', 'HEAD'))
  const response = await client.response({ toHead: true })
  assert.deepEqual(response.values('x-a'), ['1'])
  backend.answer(answer([], 'next'))
  client.send(get('/next'))
  assert.equal((await client.response()).body, 'next')
  client.abort()
})

test('a request sent behind a stream is answered after its end', async () => {
  backend.script = {
    whole: (socket, { line }) => void socket.write(line.includes('/plain') ? answer([], 'plain') : stream('before')),
  }
  const client = await RawClient.connect(gateway.port)
  client.send(get('/stream') + get('/plain'))
  await held(gateway, 'before')
  await publishStream('before', 'content')
  await client.until('content')
  await close('before')
  assert.equal((await client.response()).body, 'content')
  assert.equal((await client.response()).body, 'plain')
  client.abort()
})
