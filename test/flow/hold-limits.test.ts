import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { answer, jsonInstruct, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({
  config: { handler: { connection_subscription_max: 3 } },
  routes: ['*,path_beg=/debug,debug BACKEND', '*,path_beg=/sub BACKEND,sub=implicit'],
})

test('channels beyond the limit of a connection are left out', async () => {
  backend.answer(answer(['Grip-Hold: stream', 'Grip-Channel: c1, c2, c3, c4']))
  const client = await holdOn(gateway, 'c3')
  const items = ['c4', 'c3', 'c2', 'c1'].map((channel) => ({
    channel,
    formats: { 'http-stream': { content: `<${channel}>` } },
  }))
  await gateway.publish(items)
  const received = await client.until('<c1>')
  assert.ok(received.includes('<c3>') && received.includes('<c2>'))
  assert.ok(!received.includes('<c4>'))
  client.abort()
})

test("a target's own channel does not count against the limit", async () => {
  const channels = ['j1', 'j2', 'j3', 'j4'].map((name) => ({ name }))
  backend.answer(jsonInstruct({ hold: { mode: 'stream', channels } }))
  const client = await holdOn(gateway, 'implicit', get('/sub'))
  await gateway.publish([{ channel: 'implicit', formats: { 'http-stream': { content: 'there' } } }])
  await client.until('there')
  client.abort()
})

test('a stream that needs what it missed, without a link to get it, is ended so that the client notices', async () => {
  backend.answer(stream('ordered; prev-id=1', [], 'first'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/'))
  const bytes = await client.closed()
  assert.ok(bytes.includes('first'), bytes)
  assert.ok(!bytes.endsWith('0\r\n\r\n'), bytes)
})

test('with debug such a stream says why it ends', async () => {
  backend.answer(stream('ordered; prev-id=1', [], 'first'))
  const client = await RawClient.connect(gateway.port)
  client.send(get('/debug'))
  const { body } = await client.response()
  assert.equal(body, "first\n\nchannel 'ordered' specifies prev-id, but no next link found\n")
  client.abort()
})
