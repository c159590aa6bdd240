import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Push } from 'zeromq'
import { startBothForWebSockets } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { LIMIT } from '../support/until.ts'
import { GRIP } from '../support/websocket-backend.ts'
import { held } from './held.ts'
import { openPair } from './open-pair.ts'
import type { Pair } from './open-pair.ts'
import { tnet } from './tnet.ts'

const { gateway, backend } = await startBothForWebSockets()

const push = new Push({ linger: 0, sendTimeout: LIMIT })
push.connect(gateway.pullSpec)
after(() => push.close())

async function openOn(channel: string, count = 1): Promise<Pair> {
  backend.accept([GRIP], (server) => server.control({ type: 'subscribe', channel }))
  const pair = await openPair(gateway, backend)
  await held(gateway, channel, count)
  return pair
}

async function publish(channel: string, ...messages: object[]): Promise<void> {
  await gateway.publish(messages.map((message) => ({ channel, formats: { 'ws-message': message } })))
}

const kinds: [what: string, message: object, frame: string][] = [
  ['text', { content: 'grüße 🙂' }, 'text grüße 🙂'],
  ['empty text', { content: '' }, 'text'],
  ['text that is said to be text', { content: 'a', type: 'text' }, 'text a'],
  ['base64', { 'content-bin': 'AAH/' }, 'binary 0001ff'],
  ['base64 said to be text', { 'content-bin': 'YWI=', type: 'text' }, 'text ab'],
  ['text said to be binary', { content: 'ab', type: 'binary' }, 'binary 6162'],
  ['base64 beside text', { 'content-bin': 'AAH/', content: 'no' }, 'binary 0001ff'],
  ['what looks like a prefixed message', { content: 'm:x' }, 'text m:x'],
]

test('published messages arrive as frames of their kind', async () => {
  const { client } = await openOn('kinds')
  await publish('kinds', ...kinds.map(([, message]) => message))
  for (const [what, , frame] of kinds) assert.equal(await client.next(), frame, what)
})

test('a ping or a pong may be published without content', async () => {
  const { client } = await openOn('bare')
  await publish('bare', { type: 'ping' }, { type: 'pong' })
  assert.equal(await client.next(), 'ping')
  assert.equal(await client.next(), 'pong')
})

test('a published ping may carry something', async () => {
  const { client } = await openOn('ping')
  await publish('ping', { type: 'ping', content: 'a' }, { type: 'pong', 'content-bin': 'YWI=' })
  assert.equal(await client.next(), 'ping a')
  assert.equal(await client.next(), 'pong ab')
})

test('a published message is one frame', async () => {
  const { client } = await openOn('large')
  const content = 'x'.repeat(50_000)
  await publish('large', { content }, { content: 'end' })
  const { payload, frames } = await client.nextMessage()
  assert.equal(payload.toString(), content)
  assert.equal(frames, 1)
  assert.equal(await client.next(), 'text end')
})

test('a published message of 600,000 bytes arrives whole', async () => {
  const { client } = await openOn('huge')
  const content = 'x'.repeat(600_000)
  await publish('huge', { content })
  await publish('huge', { content: 'end' })
  assert.equal((await client.nextMessage()).payload.toString(), content)
  assert.equal(await client.next(), 'text end')
})

const closes: [what: string, message: object, frame: RegExp][] = [
  ['with code and reason', { action: 'close', code: 4001, reason: 'over' }, /^close 4001 over$/],
  ['with a code', { action: 'close', code: 1001 }, /^close 1001$/],
  ['without a code', { action: 'close' }, /^close(?: 1000)?$/],
]

for (const [index, [what, message, frame]] of closes.entries()) {
  test(`a publisher closes WebSockets ${what}`, async () => {
    const { client, server } = await openOn(`close-${index}`)
    await publish(`close-${index}`, { content: 'last words' }, message, { content: 'too late' })
    assert.equal(await client.next(), 'text last words')
    assert.match(await client.next(), frame)
    // The backend is told only that it is over.
    assert.match(await server.next(), /^close(?: 1000)?$/)
    server.close()
    server.finish()
    client.close()
    client.finish()
    assert.deepEqual(await client.closed(), [])
    assert.deepEqual(await server.closed(), [])
  })
}

test('messages that are not for WebSockets do nothing to them', async () => {
  const { client } = await openOn('others')
  await gateway.publish([
    { channel: 'others', formats: { 'http-response': { body: 'x' }, 'http-stream': { content: 'x' } } },
    { channel: 'others', formats: { 'http-stream': { action: 'close' } } },
  ])
  await publish('others', { content: 'end' })
  assert.equal(await client.next(), 'text end')
})

for (const action of ['hint', 'refresh']) {
  test(`a ${action} does nothing to a WebSocket that is relayed`, async () => {
    const { client, server } = await openOn(action)
    await publish(action, { action }, { content: 'end' })
    assert.equal(await client.next(), 'text end')
    client.sendText('a')
    assert.equal(await server.next(), 'text a')
  })
}

function item(message: Record<string, string>): string {
  return tnet({ channel: 'pushed', formats: { 'ws-message': message } })
}

test('messages pushed over ZeroMQ arrive, binary ones too', async () => {
  const { client } = await openOn('pushed')
  await push.send(item({ content: 'bare' }))
  await push.send(`T${item({ content: 'text', type: 'text' })}`)
  await push.send(Buffer.from(item({ 'content-bin': '\0\xff' }), 'latin1'))
  await push.send(`J${JSON.stringify({ channel: 'pushed', 'ws-message': { content: 'json' } })}`)
  assert.equal(await client.next(), 'text bare')
  assert.equal(await client.next(), 'text text')
  assert.equal(await client.next(), 'binary 00ff')
  assert.equal(await client.next(), 'text json')
})

test('an id that was published before is not delivered again', async () => {
  const { client } = await openOn('ids')
  const items = ['1', '2', '1', '3'].map((id) => ({
    channel: 'ids',
    id,
    formats: { 'ws-message': { content: id } },
  }))
  await gateway.publish(items)
  for (const id of ['1', '2', '3']) assert.equal(await client.next(), `text ${id}`)
})

const refused: [what: string, message: object, error: string][] = [
  ['without content', {}, "'ws-message' does not contain 'content' or 'content-bin'"],
  ['of an unknown type', { content: 'x', type: 'x' }, "'ws-message' contains 'type' with unknown value"],
]

for (const [what, message, error] of refused) {
  test(`a publisher hears that a message ${what} is none`, async () => {
    const body = JSON.stringify({ items: [{ channel: 'c', formats: { 'ws-message': message } }] })
    const head = `POST /publish/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`
    const response = await ask(gateway.publishPort, head + body)
    assert.equal(response.code, 400)
    assert.equal(response.body, `Invalid format: ${error}\n`)
  })
}

test('what is published between the fragments of a message of the backend does not tear it apart', async () => {
  const { client, server } = await openOn('between')
  server.sendFrame({ fin: false, payload: 'm:one,' })
  assert.equal(await client.next(), 'text one,+')
  await publish('between', { content: 'published' })
  await gateway.log.waitFor(/publish channel=between receivers=1$/)
  server.sendFrame({ opcode: 0, payload: 'two' })
  assert.equal(await client.next(), 'continuation two')
})
