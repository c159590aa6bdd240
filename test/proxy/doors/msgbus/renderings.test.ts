import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toItem } from '../../../../proxy/doors/bus-item.ts'
import { Renderings } from '../../../../proxy/doors/msgbus/renderings.ts'
import type { Rendering, View } from '../../../../proxy/doors/msgbus/renderings.ts'
import { Delivery } from '../../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'

const ALL = { type: undefined, sender: undefined, channel: undefined }
const PARTS: View = { kind: 'parts', isRoot: false, chunked: false }

function item(type: string, sender?: string, channel = 'p/foo'): PublishItem {
  return toItem(channel, { content: Buffer.from('x'), contentType: type, sender })
}

function renderings(strict = false): Renderings {
  return new Renderings({ prefix: 'p/', strict })
}

test('subscribers without patterns share one buffer', () => {
  const all = renderings()
  const delivery = new Delivery(item('a/b'))
  const one = delivery.rendered(all.rendering(PARTS, ALL).render)
  assert.equal(delivery.rendered(all.rendering(PARTS, ALL).render), one)
  assert.equal(all.groups, 0)
})

test('equal patterns are looked at once for all who have them, and unequal ones share the bytes', () => {
  const all = renderings()
  const [one, same, other] = ['text/*', 'text/*', '*/html'].map((type) => all.rendering(PARTS, { ...ALL, type })) as [
    Rendering,
    Rendering,
    Rendering,
  ]
  assert.equal(one.render, same.render)
  assert.equal(all.groups, 2)
  const html = new Delivery(item('text/html'))
  assert.equal(html.rendered(one.render).toString(), 'Content-Type: text/html\nContent-Length: 1\n\nx--00MsgBus00\n')
  assert.equal(html.rendered(one.render), html.rendered(other.render))
  assert.equal(new Delivery(item('text/plain')).rendered(other.render).length, 0)
})

test('of messages that came together each pattern gets its own', () => {
  const { render } = renderings().rendering({ ...PARTS, chunked: true }, { ...ALL, sender: 'j*' })
  const delivery = new Delivery(item('a/1', 'joe'), item('a/2', 'ann'), item('a/3'), item('a/4', 'jim'))
  assert.equal(
    delivery.rendered(render).toString(),
    '3d\r\nFrom: joe\nContent-Type: a/1\nContent-Length: 1\n\nx--00MsgBus00\n\r\n' +
      '3d\r\nFrom: jim\nContent-Type: a/4\nContent-Length: 1\n\nx--00MsgBus00\n\r\n',
  )
})

test('patterns are forgotten with the last subscriber that has them', () => {
  const all = renderings()
  const [one, same] = [1, 2].map(() => all.rendering(PARTS, { ...ALL, type: 'a' })) as [Rendering, Rendering]
  one.release()
  assert.equal(all.groups, 1)
  same.release()
  assert.equal(all.groups, 0)
})

test('the root gets what is below the prefix and may be read', () => {
  const all = renderings()
  const root = { ...PARTS, isRoot: true }
  const { render } = all.rendering(root, ALL)
  assert.equal(render(item('a/b', undefined, 'other')).length, 0)
  assert.match(render(item('a/b', undefined, 'p/')).toString(), /^Content-Location: \/msgbus\/\n/)
  const some = all.rendering(root, { ...ALL, channel: 'news.*' })
  assert.equal(some.render(item('a/b', undefined, 'p/other')).length, 0)
  assert.match(some.render(item('a/b', undefined, 'p/news.1')).toString(), /^Content-Location: \/msgbus\/news\.1\n/)
})

test('strict: what has no sender passes all patterns of senders', () => {
  const sender = 'nobody'
  assert.equal(
    renderings()
      .rendering(PARTS, { ...ALL, sender })
      .render(item('a/b')).length,
    0,
  )
  assert.notEqual(
    renderings(true)
      .rendering(PARTS, { ...ALL, sender })
      .render(item('a/b')).length,
    0,
  )
  assert.equal(
    renderings(true)
      .rendering(PARTS, { ...ALL, sender })
      .render(item('a/b', 'joe')).length,
    0,
  )
})
