import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth()

async function post(path: string, value: unknown, headers: readonly string[] = []): Promise<[number, string]> {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers, `Content-Length: ${body.length}`]
  const response = await ask(gateway.publishPort, `${head.join('\r\n')}\r\n\r\n${body}`)
  return [response.code, response.body]
}

test('a message is delivered whichever of the paths it was published to', async () => {
  const inItem = { items: [{ channel: 'paths', formats: { 'http-response': { body: 'hello' } } }] }
  const inPath = { items: [{ 'http-response': { body: 'hello' } }] }
  const cases = [
    ['/publish', inItem],
    ['/publish/', inItem],
    ['/publish/?query=1', inItem],
    ['/publish/paths', inPath],
    ['/publish/paths/', inPath],
    ['/realm/any/publish/paths', inPath],
  ] as const
  backend.answer(longPoll('paths'))
  let holds = 0
  for (const [path, body] of cases) {
    const client = await holdOn(gateway, 'paths', get('/paths'), ++holds)
    assert.deepEqual(await post(path, body), [200, 'Published\n'], path)
    assert.equal((await client.response()).body, 'hello', path)
    client.abort()
  }
})

test('publishing succeeds without anyone to receive it', async () => {
  const item = { channel: 'nobody', formats: { 'http-stream': { content: 'x' } } }
  assert.deepEqual(await post('/publish/', { items: [item] }), [200, 'Published\n'])
  assert.deepEqual(await post('/publish/', { items: [] }), [200, 'Published\n'])
  await gateway.log.waitFor(/publish channel=nobody receivers=0$/)
})

test('the answer is JSON for who asks for it', async () => {
  const answer = await post('/publish/', { items: [] }, ['Accept: application/json'])
  assert.deepEqual(answer, [200, '{"message":"Published"}\n'])
})

test('one bad item keeps all others from being delivered', async () => {
  backend.answer(stream('all'))
  const client = await holdOn(gateway, 'all')
  const good = { channel: 'all', formats: { 'http-stream': { content: 'good' } } }
  const bad = { channel: 'all', formats: { 'http-stream': {} } }
  const [code, body] = await post('/publish/', { items: [good, bad, good] })
  assert.equal(code, 400)
  assert.equal(body, "Invalid format: 'http-stream' does not contain 'content' or 'content-bin'\n")
  await gateway.publish([{ channel: 'all', formats: { 'http-stream': { content: 'last' } } }])
  assert.ok((await client.until('last')).endsWith('\r\n\r\n4\r\nlast\r\n'), 'only the last message')
  client.abort()
})

test('items of both forms and several channels in one request are delivered in their order', async () => {
  backend.answer(stream('order'))
  const client = await holdOn(gateway, 'order')
  await gateway.publish([
    { channel: 'order', 'http-stream': { content: '1' } },
    { channel: 'elsewhere', 'http-stream': { content: 'x' } },
    { channel: 'order', formats: { 'http-stream': { content: '2' }, 'http-response': { body: 'x' }, unknown: {} } },
    { channel: 'order', formats: { 'http-stream': { action: 'close', content: '' } } },
  ])
  assert.equal((await client.response()).body, '12')
  client.abort()
})
