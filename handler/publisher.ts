import type { PublishItem } from '../shared/grip/item/publish-item.ts'
import { EVERY_CHANNEL } from '../shared/link/every-channel.ts'
import { encodeItem } from '../shared/link/item-codec.ts'
import type { Log } from '../shared/log.ts'
import { machineTime } from '../shared/observe/clock.ts'
import type { Counters } from './observe/counters.ts'
import type { Observer } from './observe/observer.ts'
import type { Inbox } from './receive/inbox.ts'
import type { IdCache } from './sequence/id-cache.ts'
import { Sequencer } from './sequence/sequencer.ts'
import type { LastIds } from './sequence/last-ids.ts'
import type { ChannelTable } from './subscriptions/channel-table.ts'
import type { WorkerLink } from './transmit/worker-link.ts'

export interface PublisherOptions {
  readonly ids: IdCache
  readonly lastIds: LastIds
  /** Milliseconds that an item waits for the one before it. */
  readonly messageWait: number
}

/** The way of an item through the handler: dropped as a repeat, put in order, sent once to each worker that holds its channel. */
export class Publisher implements Inbox {
  readonly #ids: IdCache
  readonly #channels: ChannelTable
  readonly #link: WorkerLink
  readonly #counters: Counters
  readonly #log: Log
  readonly #observer: Observer | undefined
  readonly #sequencer: Sequencer

  constructor(
    options: PublisherOptions,
    channels: ChannelTable,
    link: WorkerLink,
    counters: Counters,
    log: Log,
    observer?: Observer,
  ) {
    this.#ids = options.ids
    this.#sequencer = new Sequencer(options.messageWait, options.lastIds, {
      deliver: (item) => this.#deliver(item),
      dropped: (item) => {
        counters.count('messages_out_of_sequence')
        log.warn(`publish channel=${item.channel} dropped: another item with prev-id=${item.prevId} waits already`)
      },
    })
    channels.listen({ subscribe() {}, unsubscribe: (channel) => this.#sequencer.forget(channel) })
    this.#channels = channels
    this.#link = link
    this.#counters = counters
    this.#log = log
    this.#observer = observer
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

  close(): void {
    this.#sequencer.close()
  }

  #publish(item: PublishItem): void {
    this.#counters.count('messages_received')
    this.#observer?.received(item)
    // GRIP 6.1
    if (item.id !== undefined && !this.#ids.add(item.channel, item.id)) {
      this.#counters.count('messages_repeated')
      return
    }
    if (this.#channels.workersOf(item.channel).size === 0) {
      // Nobody is there for whom its order on the channel could matter.
      if (this.#channels.workersOf(EVERY_CHANNEL).size > 0) this.#deliver(item)
      else this.#log.info(`publish channel=${item.channel} receivers=0`)
    } else if (item.noSeq) {
      this.#deliver(item)
    } else {
      this.#sequencer.take(item)
    }
  }

  #deliver(item: PublishItem): void {
    const workers = this.#channels.workersOf(item.channel)
    const frame = encodeItem(item, machineTime(), this.#observer?.published(item, workers))
    for (const worker of workers) worker.deliver(frame)
    for (const worker of this.#channels.workersOf(EVERY_CHANNEL)) if (!workers.has(worker)) worker.deliver(frame)
  }
}
