import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startMsgbus, undated } from '../support/msgbus.ts'
import type { RawClient } from '../support/raw-client.ts'

const { gateway, door } = await startMsgbus({ workers: 2, keys: { last_messages: 3, prefix: 'p-' } })
after(() => gateway.stop())

function part(text: string, type = 'text/plain'): string {
  return `Content-Type: ${type}\nContent-Length: ${text.length}\n\n${text}--00MsgBus00\n`
}

/** What comes behind the first boundary, up to this text. */
async function partsOf(subscriber: RawClient, end: string): Promise<string> {
  const all = await subscriber.until(end)
  return all.slice(all.indexOf('--00MsgBus00\n') + '--00MsgBus00\n'.length)
}

test('who subscribes gets the last message first, at whichever worker, and each later one once', async () => {
  await door.publish('/msgbus/a', 'one')
  await door.publish('/msgbus/a', 'two')
  const subscribers = await Promise.all(Array.from({ length: 12 }, () => door.subscriber('/msgbus/a')))
  await door.publish('/msgbus/a', 'three')
  for (const subscriber of subscribers) {
    assert.equal(await partsOf(subscriber, 'three--00MsgBus00\n'), part('two') + part('three'))
    subscriber.abort()
  }
})

test('it is framed like any other, and chosen by patterns', async () => {
  await gateway.publish([{ channel: 'p-b', formats: { 'http-stream': { content: 'hello' } } }])
  const chunked = await door.subscriber('/msgbus/b', '1.1')
  const chunk = '3e\r\nContent-Type: text/plain\nContent-Length: 5\n\nhello--00MsgBus00\n\r\n'
  assert.ok(undated(await chunked.until('hello--00MsgBus00\n\r\n')).endsWith(`\r\n\r\nd\r\n--00MsgBus00\n\r\n${chunk}`))
  const events = await door.client('GET /msgbus/b HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n')
  const event = 'data: {"channel":"b","type":"text/plain","body":"hello"}\n\n'
  assert.ok((await events.until(event)).endsWith(`\r\n\r\n:\n\n${event}`))
  const html = await door.subscriber('/msgbus/b?type=text/html')
  await door.publish('/msgbus/b', '<b>', ['Content-Type: text/html'])
  assert.equal(await partsOf(html, '<b>--00MsgBus00\n'), part('<b>', 'text/html'))
  for (const client of [chunked, events, html]) client.abort()
})

test('the root gets none, and channels published to long ago are forgotten', async () => {
  for (const channel of ['old', 'c', 'd', 'e']) await door.publish(`/msgbus/${channel}`, `of ${channel}`)
  const root = await door.subscriber('/msgbus/')
  const [old, c] = [await door.subscriber('/msgbus/old'), await door.subscriber('/msgbus/c')]
  for (const channel of ['old', 'c']) await door.publish(`/msgbus/${channel}`, 'new')
  assert.equal(await partsOf(old, 'new--00MsgBus00\n'), part('new'))
  assert.equal(await partsOf(c, 'new--00MsgBus00\n'), part('of c') + part('new'))
  const located = ['old', 'c'].map((channel) => `Content-Location: /msgbus/${channel}\n${part('new')}`)
  assert.equal(await partsOf(root, located[1] as string), located.join(''))
  for (const client of [root, old, c]) client.abort()
})

test('what keeps them is no connection', async () => {
  const health = await fetch(`http://127.0.0.1:${gateway.publishPort}/health`)
  assert.match(await health.text(), /"held":0,/)
})

test('who comes while messages flow misses none between, and gets none twice', async () => {
  const published = 5000
  const publishing = (async () => {
    for (let next = 0; next < published; next += 20) {
      const items = Array.from({ length: 20 }, (_, at) => {
        return { channel: 'p-flow', formats: { 'http-stream': { content: `<${next + at}>` } } }
      })
      await gateway.publish(items)
    }
  })()
  const subscribers: RawClient[] = []
  for (let count = 0; count < 60; count++) subscribers.push(await door.subscriber('/msgbus/flow'))
  await publishing
  await door.publish('/msgbus/flow', '<end>')
  for (const subscriber of subscribers) {
    const numbers = Array.from((await partsOf(subscriber, '<end>')).matchAll(/<(\d+)>/g), ([, number]) =>
      Number(number),
    )
    const [first = 0] = numbers
    assert.deepEqual(
      numbers,
      Array.from({ length: published - first }, (_, at) => first + at),
    )
    subscriber.abort()
  }
})
