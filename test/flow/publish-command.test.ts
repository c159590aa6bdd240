import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Request } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { LIMIT } from '../support/until.ts'
import { holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { tnet } from './tnet.ts'

const { gateway, backend } = await startBoth()

const commands = new Request({ linger: 0, sendTimeout: LIMIT, receiveTimeout: LIMIT })
commands.connect(gateway.commandSpec)
after(() => commands.close())

async function command(method: string, args: Parameters<typeof tnet>[0]): Promise<string> {
  await commands.send(Buffer.from(tnet({ id: '7', method, args }), 'latin1'))
  const [reply] = await commands.receive()
  return String(reply)
}

const DONE = tnet({ id: '7', success: true, value: null })

test('publish delivers all items', async () => {
  backend.answer(stream('published'))
  const client = await holdOn(gateway, 'published')
  const items = ['a', 'b'].map((content) => ({ channel: 'published', formats: { 'http-stream': { content } } }))
  assert.equal(await command('publish', { items }), DONE)
  assert.ok((await client.until('b\r\n')).endsWith('1\r\na\r\n1\r\nb\r\n'))
  client.abort()
})

test('publish with one bad item delivers none', async () => {
  backend.answer(stream('refused'))
  const client = await holdOn(gateway, 'refused')
  const good = { channel: 'refused', formats: { 'http-stream': { content: 'good' } } }
  const value = "Invalid format: 'http-stream' does not contain 'content'"
  const bad = { channel: 'refused', formats: { 'http-stream': {} } }
  const expected = tnet({ id: '7', success: false, condition: 'bad-request', value })
  assert.equal(await command('publish', { items: [good, bad] }), expected)
  assert.equal(
    await command('publish', { items: [{ ...good, formats: { 'http-stream': { content: 'later' } } }] }),
    DONE,
  )
  assert.ok((await client.until('later')).endsWith('\r\n\r\n5\r\nlater\r\n'))
  client.abort()
})

test('conncheck names those of the connections that are held', async () => {
  backend.answer(stream('checked'))
  const client = await holdOn(gateway, 'checked')
  const [worker] = gateway.workerPids()
  const ids = Array.from({ length: 100 }, (_, index) => `0-${worker}:${index + 1}`)
  const reply = await command('conncheck', { ids: [...ids, 'unknown', '1-1:1'] })
  const [, held = ''] = /value,(?:\d+):\d+:(0-\d+:\d+),\]\}$/.exec(reply) ?? []
  assert.ok(ids.includes(held), reply)
  assert.equal(reply, tnet({ id: '7', success: true, value: [held] }))
  client.abort()
})

test('get-zmq-uris says where publishers reach the gateway', async () => {
  const value = { command: gateway.commandSpec, 'publish-pull': gateway.pullSpec, 'publish-sub': gateway.subSpec }
  assert.equal(await command('get-zmq-uris', {}), tnet({ id: '7', success: true, value }))
})

test('recover makes the gateway ask the backend again for every long poll, and leaves streams alone', async () => {
  backend.answer(longPoll('missed'))
  const poll = await holdOn(gateway, 'missed')
  backend.answer(stream('streaming'))
  const open = await holdOn(gateway, 'streaming')
  backend.answer(answer([], 'what was missed'))
  assert.equal(await command('recover', {}), DONE)
  assert.equal((await poll.response()).body, 'what was missed')
  assert.ok(!open.ended)
  poll.abort()
  open.abort()
})

test('an unknown method is named as such', async () => {
  assert.equal(await command('dance', {}), tnet({ id: '7', success: false, condition: 'method-not-found' }))
})
