import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { jsonInstruct, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth()

/** How often the text has come. */
function count(client: RawClient, text: string): number {
  return client.pending.split(text).length - 1
}

async function keepAlive(name: string, header: string): Promise<RawClient> {
  backend.answer(stream(name, [`Grip-Keep-Alive: ${header}`]))
  return holdOn(gateway, name)
}

test('a stream without messages gets its keep-alive again and again, as written, escaped or in base64', async () => {
  const raw = await keepAlive('raw', 'a: "b", c; timeout=1')
  const escaped = await keepAlive('cstring', 'event: alive\\ndata:\\t\\x41\\n\\n; format=cstring; timeout=1')
  const encoded = await keepAlive('base64', 'AP8NCg==; format=base64; timeout=1')
  backend.answer(
    jsonInstruct({
      hold: { mode: 'stream', channels: [{ name: 'json' }], 'keep-alive': { content: 'alive', timeout: 1 } },
    }),
  )
  const json = await holdOn(gateway, 'json')
  const frames: readonly (readonly [RawClient, string])[] = [
    [raw, '9\r\na: "b", c\r\n'],
    [escaped, '16\r\nevent: alive\ndata:\tA\n\n\r\n'],
    [encoded, '4\r\n\0\xff\r\n\r\n'],
    [json, '5\r\nalive\r\n'],
  ]
  for (const [client, frame] of frames) {
    await until(
      () => count(client, frame) >= 2,
      () => `${JSON.stringify(frame)} twice in ${JSON.stringify(client.pending)}`,
    )
    client.abort()
  }
})

test('an HTTP/1.0 client gets the keep-alive unframed', async () => {
  backend.answer(stream('old', ['Grip-Keep-Alive: alive; timeout=1']))
  const client = await holdOn(gateway, 'old', get('/old', [], '1.0'))
  await client.until('\r\n\r\nalive')
  client.abort()
})

test('messages put off an idle keep-alive, but not an interval one', async () => {
  const idle = await keepAlive('idle', 'tick; timeout=2; mode=idle')
  const interval = await keepAlive('interval', 'tick; timeout=2; mode=interval')
  // Neither waits less than a second, so messages come often enough to leave the idle one no chance.
  await until(
    async () => {
      const items = ['idle', 'interval'].map((channel) => ({ channel, formats: { 'http-stream': { content: '.' } } }))
      await gateway.publish(items)
      return count(interval, 'tick') >= 2
    },
    () => `two keep-alives in ${JSON.stringify(interval.pending)}`,
  )
  assert.equal(count(idle, 'tick'), 0)
  // Without messages it is due.
  await idle.until('tick')
  idle.abort()
  interval.abort()
})

test('a keep-alive without content is none', async () => {
  backend.answer(stream('none', ['Grip-Keep-Alive:'], 'content'))
  const client = await holdOn(gateway, 'none')
  await client.until('content')
  client.abort()
})
