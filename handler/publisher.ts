import type { PublishItem } from '../shared/grip/item/publish-item.ts'
import { encodeItem } from '../shared/link/item-codec.ts'
import type { Log } from '../shared/log.ts'
import type { Counters } from './observe/counters.ts'
import type { Inbox } from './receive/inbox.ts'
import type { IdCache } from './sequence/id-cache.ts'
import type { ChannelTable } from './subscriptions/channel-table.ts'
import type { WorkerLink } from './transmit/worker-link.ts'

/** The way of an item through the handler: dropped as a repeat, or sent once to each worker that holds its channel. */
export class Publisher implements Inbox {
  readonly #ids: IdCache
  readonly #channels: ChannelTable
  readonly #link: WorkerLink
  readonly #counters: Counters
  readonly #log: Log

  constructor(ids: IdCache, channels: ChannelTable, link: WorkerLink, counters: Counters, log: Log) {
    this.#ids = ids
    this.#channels = channels
    this.#link = link
    this.#counters = counters
    this.#log = log
  }

  publish(items: readonly PublishItem[]): boolean {
    if (this.#link.full) {
      this.#counters.count('publishes_refused', items.length)
      return false
    }
    for (const item of items) this.#publish(item)
    return true
  }

  ready(): Promise<void> {
    return this.#link.until(() => !this.#link.full)
  }

  #publish(item: PublishItem): void {
    this.#counters.count('messages_received')
    // GRIP 6.1
    if (item.id !== undefined && !this.#ids.add(item.channel, item.id)) {
      this.#counters.count('messages_repeated')
      return
    }
    const workers = this.#channels.workersOf(item.channel)
    if (workers.size === 0) {
      this.#log.info(`publish channel=${item.channel} receivers=0`)
      return
    }
    const frame = encodeItem(item)
    for (const worker of workers) worker.deliver(frame)
  }
}
