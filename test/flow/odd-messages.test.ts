import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { get, held, holdOn } from './held.ts'
import { answer, jsonInstruct, longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth()

async function publishResponse(channel: string, response: object): Promise<string> {
  const items = [{ channel, formats: { 'http-response': response } }]
  const url = `http://127.0.0.1:${gateway.publishPort}/publish/`
  return (await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })).text()
}

for (const code of [0, 99, 100, 101, 199, 205, 600, 999]) {
  test(`a message with the status ${code} is answered so that the client can go on`, async () => {
    backend.answer(longPoll(`code-${code}`))
    const client = await holdOn(gateway, `code-${code}`)
    assert.equal(await publishResponse(`code-${code}`, { code, body: '' }), 'Published\n')
    const response = await client.response()
    assert.ok(response.code >= 200, response.line)
    backend.answer(answer([], 'next'))
    client.send(get('/next'))
    assert.equal((await client.response()).body, 'next')
    client.abort()
  })

  test(`an instruction with the status ${code} leaves a stream that works`, async () => {
    backend.answer(stream(`stream-${code}`, [`Grip-Status: ${code}`], 'first'))
    const client = await holdOn(gateway, `stream-${code}`)
    await client.until('first')
    await gateway.publish([{ channel: `stream-${code}`, formats: { 'http-stream': { content: 'more' } } }])
    await client.until('more')
    client.abort()
  })
}

test('a message cannot put a line break into the head of a response', async () => {
  backend.answer(longPoll('inject'))
  const client = await holdOn(gateway, 'inject')
  for (const response of [
    { headers: { 'X-A': 'a\r\nX-Injected: 1' }, body: 'x' },
    { headers: [['X-A\r\nX-Injected', '1']], body: 'x' },
    { headers: { 'X A': '1' }, body: 'x' },
    { headers: { '': '1' }, body: 'x' },
    { reason: 'OK\r\nX-Injected: 1', body: 'x' },
  ]) {
    assert.match(await publishResponse('inject', response), /^Invalid format: /, JSON.stringify(response))
  }
  assert.equal(client.pending, '')
  await publishResponse('inject', { body: 'good' })
  const response = await client.response()
  assert.equal(response.body, 'good')
  client.abort()
})

test('text that is not ASCII in status and headers is sent as UTF-8', async () => {
  backend.answer(longPoll('utf8'))
  const client = await holdOn(gateway, 'utf8')
  await publishResponse('utf8', { reason: 'Grüße', headers: { 'X-A': '€ 🙂' }, body: 'x' })
  const response = await client.response()
  assert.equal(Buffer.from(response.line, 'latin1').toString(), 'HTTP/1.1 200 Grüße')
  assert.deepEqual(
    response.values('x-a').map((value) => Buffer.from(value, 'latin1').toString()),
    ['€ 🙂'],
  )
  client.abort()
})

test('a channel whose name is not ASCII is the same in headers, JSON and messages', async () => {
  const name = 'grüße-🙂'
  const bytes = Buffer.from(name).toString('latin1')
  backend.answer(stream(`${bytes}, utf8-header`))
  const byHeader = await holdOn(gateway, 'utf8-header')
  backend.answer(
    answer(
      ['Content-Type: application/grip-instruct'],
      Buffer.from(
        JSON.stringify({
          hold: { mode: 'stream', channels: [{ name }, { name: 'utf8-json' }] },
        }),
      ).toString('latin1'),
    ),
  )
  const byJson = await holdOn(gateway, 'utf8-json')
  await gateway.publish([{ channel: name, formats: { 'http-stream': { content: 'hello' } } }])
  await byHeader.until('hello')
  await byJson.until('hello')
  byHeader.abort()
  byJson.abort()
})

test('a name of a channel cannot forge a line of the log', async () => {
  backend.answer(
    jsonInstruct({ hold: { mode: 'stream', channels: [{ name: 'a\n[ERR] forged' }, { name: 'forging' }] } }),
  )
  const client = await holdOn(gateway, 'forging')
  await gateway.publish([{ channel: 'a\n[ERR] forged', formats: { 'http-stream': { content: 'x' } } }])
  await client.until('x')
  assert.deepEqual(gateway.log.matching(/^\[ERR\]/), [])
  client.abort()
})

test('an HTTP/1.0 client that asks for keep-alive reads a stream until its end', async () => {
  backend.answer(stream('old', [], 'first,'))
  const client = await holdOn(gateway, 'old', get('/old', ['Connection: keep-alive'], '1.0'))
  assert.doesNotMatch(await client.until('first,'), /chunked|Connection: keep-alive/i)
  await gateway.publish([{ channel: 'old', formats: { 'http-stream': { content: 'second' } } }])
  await gateway.publish([{ channel: 'old', formats: { 'http-stream': { action: 'close' } } }])
  assert.ok((await client.closed()).endsWith('\r\n\r\nfirst,second'))
})

test('an HTTP/1.0 client that asks for keep-alive can go on after a long poll', async () => {
  backend.answer(longPoll('old-poll'))
  const client = await holdOn(gateway, 'old-poll', get('/', ['Connection: keep-alive'], '1.0'))
  await publishResponse('old-poll', { body: 'hello' })
  const response = await client.response()
  assert.equal(response.body, 'hello')
  assert.deepEqual(
    response.values('connection').map((value) => value.toLowerCase()),
    ['keep-alive'],
  )
  backend.answer(answer([], 'next'))
  client.send(get('/next', ['Connection: keep-alive'], '1.0'))
  assert.equal((await client.response()).body, 'next')
  client.abort()
})

test('a client that asks for the end of the connection gets its long poll and the end', async () => {
  backend.answer(longPoll('closing'))
  const client = await holdOn(gateway, 'closing', get('/', ['Connection: close']))
  await publishResponse('closing', { body: 'hello' })
  assert.ok((await client.closed()).endsWith('\r\n\r\nhello'))
})

test('a client that leaves in the middle of many pipelined requests harms nobody', async () => {
  backend.answer(longPoll('pipelined'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/').repeat(50))
  await held(gateway, 'pipelined')
  assert.equal(backend.requests.length, 1)
  client.abort()
  backend.answer(longPoll('other'))
  const other = await holdOn(gateway, 'other')
  await publishResponse('other', { body: 'hello' })
  assert.equal((await other.response()).body, 'hello')
  assert.deepEqual(gateway.log.matching(/^\[ERR\]/), [])
  other.abort()
})
