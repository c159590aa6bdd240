import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { get, held, holdOn } from './held.ts'
import { answer, longPoll } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth({
  routes: ['*,path_beg=/prefixed/,prefix=pre- BACKEND', '*,path_beg=/sub/ BACKEND,sub=implicit,sub=second'],
})

async function publishResponse(channel: string, response: object): Promise<void> {
  await gateway.publish([{ channel, formats: { 'http-response': response } }])
}

test('published status, reason and headers reach the client, with the headers of the held response', async () => {
  backend.answer(longPoll('merge', ['X-Held: 1', 'X-Both: held', 'Set-Cookie: a=1', 'Set-Cookie: b=2'], 'held'))
  const client = await holdOn(gateway, 'merge')
  const headers = [
    ['x-both', 'published'],
    ['X-New', '2'],
    ['Grip-Secret', 'x'],
  ]
  await publishResponse('merge', { code: 201, reason: 'Made', headers, body: 'new' })
  const response = await client.response()
  assert.deepEqual(shown(response), [
    'HTTP/1.1 201 Made',
    'X-Held: 1',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
    'x-both: published',
    'X-New: 2',
    'Content-Length: 3',
    '',
    'new',
  ])
  client.abort()
})

test('the status of the held response is not that of a published one', async () => {
  backend.answer(longPoll('status', ['Grip-Status: 404']))
  const client = await holdOn(gateway, 'status')
  await publishResponse('status', { code: '202', body: '' })
  assert.equal((await client.response()).line, 'HTTP/1.1 202 Accepted')
  client.abort()
})

test('only the exposed headers reach the client', async () => {
  backend.answer(longPoll('expose', ['Grip-Expose-Headers: x-a, X-B', 'X-A: 1', 'X-B: 2', 'X-C: 3']))
  const client = await holdOn(gateway, 'expose')
  await publishResponse('expose', { body: 'hi' })
  const expected = ['HTTP/1.1 200 OK', 'X-A: 1', 'X-B: 2', 'Content-Length: 2', '', 'hi']
  assert.deepEqual(shown(await client.response()), expected)
  client.abort()
})

test('binary content arrives byte for byte', async () => {
  backend.answer(longPoll('binary'))
  const client = await holdOn(gateway, 'binary')
  const content = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  await publishResponse('binary', { 'body-bin': content.toString('base64') })
  assert.deepEqual(Buffer.from((await client.response()).body, 'latin1'), content)
  client.abort()
})

test('a published 204 or 304 has no body, and the connection goes on', async () => {
  for (const code of [204, 304]) {
    backend.answer(longPoll(`empty-${code}`))
    const client = await holdOn(gateway, `empty-${code}`)
    await publishResponse(`empty-${code}`, { code, body: 'not allowed here' })
    assert.equal((await client.response()).code, code)
    backend.answer(answer([], 'next'))
    client.send(get('/next'))
    assert.equal((await client.response()).body, 'next')
    client.abort()
  }
})

test('a large message arrives whole', async () => {
  backend.answer(longPoll('large'))
  const client = await holdOn(gateway, 'large')
  const body = 'x'.repeat(900_000)
  await publishResponse('large', { body })
  assert.equal((await client.response()).body, body)
  client.abort()
})

test("the route's prefix goes before the backend's channel names", async () => {
  backend.answer(longPoll('news'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/prefixed/x'))
  await held(gateway, 'pre-news')
  await publishResponse('news', { body: 'not here' })
  await publishResponse('pre-news', { body: 'here' })
  assert.equal((await client.response()).body, 'here')
  client.abort()
})

test("a target's own channels are subscribed beside those of the backend", async () => {
  for (const channel of ['implicit', 'second', 'own']) {
    backend.answer(longPoll(channel === 'own' ? 'own' : `beside-${channel}`))
    const client = await RawClient.connect(gateway.port)
    client.send(get('/sub/x'))
    await held(gateway, channel === 'own' ? 'own' : `beside-${channel}`)
    await publishResponse(channel, { body: `by ${channel}` })
    assert.equal((await client.response()).body, `by ${channel}`)
    client.abort()
  }
})

test('a response without a hold goes to the client at once, without the instructions', async () => {
  backend.answer(answer(['Grip-Status: 403 No Way', 'Grip-Expose-Headers: X-A', 'X-A: 1', 'X-B: 2'], 'body'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/no-hold'))
  assert.deepEqual(shown(await client.response()), ['HTTP/1.1 403 No Way', 'X-A: 1', 'Content-Length: 4', '', 'body'])
  backend.answer(answer(['Grip-Channel:', 'X-A: 1'], 'body'))
  client.send(get('/no-hold'))
  assert.deepEqual(shown(await client.response()), ['HTTP/1.1 200 OK', 'X-A: 1', 'Content-Length: 4', '', 'body'])
  client.abort()
})
