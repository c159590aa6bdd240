import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Counters } from '../../handler/observe/counters.ts'
import { Publisher } from '../../handler/publisher.ts'
import { IdCache } from '../../handler/sequence/id-cache.ts'
import { LastIds } from '../../handler/sequence/last-ids.ts'
import { ChannelTable } from '../../handler/subscriptions/channel-table.ts'
import { WorkerLink } from '../../handler/transmit/worker-link.ts'
import { WorkerPeer } from '../../handler/transmit/worker-peer.ts'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { EVERY_CHANNEL } from '../../shared/link/every-channel.ts'
import { decodeItem } from '../../shared/link/item-codec.ts'
import type { Log } from '../../shared/log.ts'
import { httpStream, publishItem } from '../support/publish-item.ts'

const lines: string[] = []
const log = { info: (line: string) => void lines.push(line) } as unknown as Log

/** A link whose workers are as far behind as the test wants. */
class Link extends WorkerLink {
  behind = false
  override get full(): boolean {
    return this.behind
  }
}

const links: Link[] = []
after(() => {
  for (const link of links) link.close()
})

class Handler {
  readonly channels = new ChannelTable()
  readonly counters = new Counters()
  readonly lastIds = new LastIds()
  readonly link = new Link(this.channels, { lastIds: this.lastIds, updateOnFirst: false }, log)
  readonly publisher = new Publisher(
    { ids: new IdCache(60_000), lastIds: this.lastIds, messageWait: 5000 },
    this.channels,
    this.link,
    this.counters,
    log,
  )

  constructor() {
    links.push(this.link)
  }

  /** @returns what the worker is sent, as it fills. */
  worker(index: number, ...channels: string[]): string[] {
    const received: string[] = []
    const peer = new WorkerPeer(index, 17, (frame) => void received.push(contentOf(frame)))
    this.channels.subscribe(peer, channels)
    return received
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(this.counters.entries())
  }
}

function contentOf(frame: Buffer): string {
  const { channel, httpStream } = decodeItem(frame)
  assert.ok(httpStream?.action === 'send')
  return `${channel}: ${httpStream.content.toString()}`
}

function item(channel: string, content: string, id?: string): PublishItem {
  return publishItem(channel, { id, httpStream: httpStream(content) })
}

test('an item goes once to each worker that holds its channel, in the order of publishing', () => {
  const handler = new Handler()
  const first = handler.worker(0, 'room', 'hall')
  const second = handler.worker(1, 'room')
  assert.equal(handler.publisher.publish([item('room', '1'), item('hall', '2'), item('room', '3')]), true)
  assert.deepEqual(first, ['room: 1', 'hall: 2', 'room: 3'])
  assert.deepEqual(second, ['room: 1', 'room: 3'])
})

test('a repeated id is dropped and counted; the same id on another channel is not', () => {
  const handler = new Handler()
  const received = handler.worker(0, 'room', 'hall')
  handler.publisher.publish([item('room', 'a', '1'), item('room', 'b', '1'), item('hall', 'c', '1'), item('room', 'd')])
  assert.deepEqual(received, ['room: a', 'hall: c', 'room: d'])
  assert.deepEqual(handler.counts, { messages_received: 4, messages_repeated: 1 })
})

test('an id counts as published also when nobody listened', () => {
  const handler = new Handler()
  handler.publisher.publish([item('room', 'a', '1')])
  const received = handler.worker(0, 'room')
  handler.publisher.publish([item('room', 'a', '1')])
  assert.deepEqual(received, [])
})

test('an item that nobody listens to is logged with no receivers', () => {
  lines.length = 0
  new Handler().publisher.publish([item('room', 'x')])
  assert.deepEqual(lines, ['publish channel=room receivers=0'])
})

test('a handler whose workers are too far behind takes none of the items, and remembers none of their ids', () => {
  const handler = new Handler()
  const received = handler.worker(0, 'room')
  handler.link.behind = true
  assert.equal(handler.publisher.publish([item('room', 'a', '1'), item('room', 'b', '2')]), false)
  assert.deepEqual(received, [])
  assert.deepEqual(handler.counts, { publishes_refused: 2 })
  handler.link.behind = false
  assert.equal(handler.publisher.publish([item('room', 'a', '1'), item('room', 'b', '2')]), true)
  assert.deepEqual(received, ['room: a', 'room: b'])
})

test('what was taken is taken whole, even when it fills a worker on the way', () => {
  const handler = new Handler()
  const received = handler.worker(0, 'room')
  const large = 'x'.repeat(1 << 20)
  assert.equal(handler.publisher.publish([item('room', large), item('room', 'behind')]), true)
  assert.equal(received.length, 1)
  const [peer] = handler.channels.workersOf('room')
  peer?.delivered(2 << 20)
  assert.deepEqual(received[1], 'room: behind')
})

test('ready at once when there is room', async () => {
  await new Handler().publisher.ready()
})

test('a worker that is subscribed to every channel gets each item once, others only theirs', () => {
  const handler = new Handler()
  const both = handler.worker(0, 'a', EVERY_CHANNEL)
  const every = handler.worker(1, EVERY_CHANNEL)
  const own = handler.worker(2, 'a')
  handler.publisher.publish([item('a', '1'), item('b', '2'), item('b', '3', 'id')])
  assert.deepEqual(both, ['a: 1', 'b: 2', 'b: 3'])
  assert.deepEqual(every, ['a: 1', 'b: 2', 'b: 3'])
  assert.deepEqual(own, ['a: 1'])
  assert.equal(handler.lastIds.of('b'), undefined, 'nothing is kept of a channel that nobody is subscribed to')
})
