import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { toItem } from '../../../../proxy/doors/bus-item.ts'
import type { DoorContext } from '../../../../proxy/doors/door.ts'
import { LastMessages } from '../../../../proxy/doors/msgbus/last-messages.ts'
import { Renderings } from '../../../../proxy/doors/msgbus/renderings.ts'
import { Subscriber } from '../../../../proxy/doors/msgbus/subscriber.ts'
import { Delivery } from '../../../../proxy/send/delivery.ts'
import { publishItem } from '../../../support/publish-item.ts'
import { Worker } from '../../hold/fake-worker.ts'

const VIEW = { kind: 'parts', isRoot: false, chunked: false } as const
const ALL = { type: undefined, sender: undefined, channel: undefined }

function text(channel: string, content: string): Delivery {
  return new Delivery(toItem(channel, { content: Buffer.from(content), contentType: 'a/b' }))
}

/** A subscriber in the table that is not open yet, and what is written to it. */
function subscriber(worker: Worker, id: string): { hold: Subscriber; open: () => void; written: string[] } {
  const written: string[] = []
  const socket = { write: (bytes: Buffer) => void written.push(bytes.toString()), writableLength: 0, writable: true }
  const door = { nextId: () => id, table: worker.table, queueMax: 1000 } as unknown as DoorContext
  const rendering = new Renderings({ prefix: 'p/', strict: false }).rendering(VIEW, ALL)
  const hold = new Subscriber('p/foo', rendering, socket as unknown as Socket, door)
  worker.table.add(hold, () => {})
  const req = { complete: false, once() {}, resume() {} }
  return { hold, open: () => hold.open({ req } as unknown as ServerResponse), written }
}

test('who opens in the middle of a delivery gets its message once, subscribed before it or not', (t) => {
  const worker = new Worker(t)
  const last = new LastMessages('p/', 10)
  const first = worker.hold('1', ['p/foo'])
  const waiting = subscriber(worker, '2')
  worker.table.joinEvery(last)
  let late: ReturnType<typeof subscriber> | undefined
  first.onItem = () => {
    late ??= subscriber(worker, '3')
    for (const { hold, open } of [waiting, late]) {
      open()
      hold.catchUpWith(last.of('p/foo'))
    }
    first.onItem = () => {}
  }
  worker.fanOut.push(text('p/foo', 'x').items, () => {})
  const part = 'Content-Type: a/b\nContent-Length: 1\n\nx--00MsgBus00\n'
  assert.deepEqual([waiting.written, late?.written], [[part], [part]])
  worker.fanOut.push(text('p/foo', 'y').items, () => {})
  assert.deepEqual([waiting.written.length, late?.written.length], [2, 2])
})

test('of several messages the last that says something is kept, as a copy', () => {
  const last = new LastMessages('p/', 10)
  const together = Buffer.from('onetwo')
  const [one, two] = [together.subarray(0, 3), together.subarray(3)]
  const close = publishItem('p/foo', { httpStream: { action: 'close' } })
  const items = [one, two].map((content) => toItem('p/foo', { content, contentType: 'a/b', sender: 'joe' }))
  assert.equal(last.deliver(new Delivery(items[0] as (typeof items)[0], items[1] as (typeof items)[0], close)), false)
  const { item, delivery } = last.of('p/foo') ?? {}
  assert.deepEqual(item, toItem('p/foo', { content: Buffer.from('two'), contentType: 'a/b', sender: 'joe' }))
  assert.equal(delivery?.items.length, 3)
  together.fill(0)
  assert.equal(item?.wsMessage?.action === 'send' && item.wsMessage.content.toString(), 'two')
})

test('other prefixes are not kept, nor more channels or bytes than may be: those published to longest ago go', () => {
  const last = new LastMessages('p/', 2)
  const kept = (): string[] => ['p/a', 'p/b', 'p/c', 'q/d'].filter((channel) => last.of(channel) !== undefined)
  for (const channel of ['p/a', 'p/b', 'q/d', 'p/a', 'p/c']) last.deliver(text(channel, 'x'))
  assert.deepEqual(kept(), ['p/a', 'p/c'])
  last.deliver(text('p/b', 'x'.repeat((64 << 20) - 4)))
  assert.deepEqual(kept(), ['p/b'])
  last.deliver(text('p/c', 'x'))
  assert.deepEqual(kept(), ['p/c'])
})
