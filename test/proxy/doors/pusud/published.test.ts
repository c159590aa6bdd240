import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishedItem, renderer } from '../../../../proxy/doors/pusud/published.ts'
import { Delivery } from '../../../../proxy/send/delivery.ts'
import { parseItem } from '../../../../shared/grip/item/parse-item.ts'
import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'

function published(content: unknown, text = 'as it came'): PublishItem {
  const item = publishedItem({ type: 'publish', channel: 'c', authorization: '', content, text }, 'p-')
  assert.ok(item !== undefined)
  return item
}

test('listeners get one and the same frame of what came', () => {
  const delivery = new Delivery(published(1, '{"a"}'), published(2, '{"b"}'))
  const render = renderer('p-')
  const bytes = delivery.rendered(render)
  assert.equal(bytes.toString('latin1'), '\x81\x05{"a"}\x81\x05{"b"}')
  assert.equal(delivery.rendered(render), bytes)
})

const contents: [content: unknown, body: string, type: string][] = [
  ['text', 'text', 'text/plain'],
  ['', '', 'text/plain'],
  [undefined, '', 'text/plain'],
  [null, 'null', 'application/json'],
  [{ a: ['é', 1.5] }, '{"a":["é",1.5]}', 'application/json'],
]

for (const [content, body, type] of contents) {
  test(`others get ${JSON.stringify(content)} as ${JSON.stringify(body)}`, () => {
    const { channel, httpResponse, httpStream, wsMessage } = published(content)
    assert.equal(channel, 'p-c')
    assert.ok(httpResponse?.action === 'send' && httpStream?.action === 'send' && wsMessage?.action === 'send')
    assert.equal(httpResponse.body?.toString(), body)
    assert.deepEqual(httpResponse.headers, [['Content-Type', type]])
    assert.equal(httpStream.content.toString(), body)
    assert.deepEqual([wsMessage.type, wsMessage.content.toString()], ['text', body])
  })
}

test("what came through another door, even verbatim, is a message of this one's", () => {
  const item = parseItem({ channel: 'p-c', formats: { 'http-stream': { content: 'x' } } }, 'json')
  const verbatim = { door: 'other', text: 'raw' }
  assert.equal(
    renderer('p-')({ ...item, verbatim }).toString('latin1'),
    '\x81\x2e{"type":"publish","channel":"c","content":"x"}',
  )
})

test('what says nothing has no bytes', () => {
  const item = parseItem({ channel: 'p-c', formats: { 'http-response': { action: 'hint' } } }, 'json')
  assert.equal(renderer('p-')(item).length, 0)
})
