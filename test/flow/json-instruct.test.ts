// GRIP 3.4: instructions in JSON.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { jsonInstruct } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth()

const poll = { hold: { channels: [{ name: 'poll' }] } }

for (const [index, type] of [
  'application/grip-instruct',
  'application/grip-instruct; charset=utf-8',
  'application/fo-instruct',
  'application/x-fo-instruct',
].entries()) {
  test(`a JSON instruction of the type ${type} holds`, async () => {
    backend.answer(jsonInstruct(poll, type))
    const client = await holdOn(gateway, 'poll', get('/poll'), index + 1)
    await gateway.publish([{ channel: 'poll', formats: { 'http-response': { body: 'hello' } } }])
    // The type was the instruction's; nothing of the outer response is the client's.
    assert.deepEqual(shown(await client.response()), ['HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hello'])
    client.abort()
  })
}

test('a stream gets status, headers and first content from the JSON', async () => {
  const bytes = Buffer.from([0, 1, 255])
  backend.answer(
    jsonInstruct({
      hold: { mode: 'stream', channels: [{ name: 'stream' }, { name: 'stream-2' }] },
      response: { code: 202, reason: 'Yes', headers: [['X-A', '1']], body: 'no', 'body-bin': bytes.toString('base64') },
    }),
  )
  const client = await holdOn(gateway, 'stream-2', get('/stream'))
  const start = await client.until('\xff')
  assert.match(start, /^HTTP\/1\.1 202 Yes\r\nX-A: 1\r\n/)
  const close = { channel: 'stream-2', formats: { 'http-stream': { action: 'close' } } }
  await gateway.publish([{ channel: 'stream', formats: { 'http-stream': { content: 'more' } } }, close])
  assert.equal((await client.response()).body, '\0\x01\xffmore')
  client.abort()
})

test('channels of headers and JSON add up', async () => {
  backend.answer(
    jsonInstruct({ hold: { mode: 'stream', channels: [{ name: 'in-json' }] } }).replace(
      '\r\n',
      '\r\nGrip-Channel: in-header\r\n',
    ),
  )
  const client = await holdOn(gateway, 'in-json', get('/both'))
  await gateway.publish(
    ['in-header', 'in-json'].map((channel) => ({ channel, formats: { 'http-stream': { content: `<${channel}>` } } })),
  )
  const received = await client.until('<in-json>')
  assert.ok(received.includes('<in-header>'))
  client.abort()
})

test('a JSON response without a hold is sent at once', async () => {
  backend.answer(jsonInstruct({ response: { code: 404, headers: { 'X-A': '1' }, body: 'gone' } }))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/gone'))
  const expected = ['HTTP/1.1 404 Not Found', 'X-A: 1', 'Content-Length: 4', '', 'gone']
  assert.deepEqual(shown(await client.response()), expected)
  client.abort()
})
