import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { applyFilters } from '../filter/apply-filters.ts'
import { contentFilterMismatch } from '../filter/content-filters.ts'
import type { FilterResult, Post } from '../filter/filter.ts'
import type { Delivery } from '../send/delivery.ts'

/** What a hold wants of one of its channels. */
export interface Subscription {
  /** As the backend wrote it, without the route's prefix. */
  readonly name: string
  /** Of the last item that the client has, when items have to follow each other without a gap (GRIP 6.3). */
  lastId: string | undefined
  readonly filters: readonly string[]
}

/** Any of the formats an item may have. */
interface Format {
  readonly action: string
  readonly content?: Buffer
  readonly body?: Buffer | undefined
  readonly contentFilters?: readonly string[] | undefined
}

/** The hold behind an intake. */
export interface IntakeOwner<F extends Format> {
  readonly isOver: boolean
  formatOf(item: PublishItem): F | undefined
  /** The item is for the client, with its content as filters have left it. */
  apply(format: F, content: Buffer, item: PublishItem): void
  /** Something is missing between the client's last item of the channel and this one. */
  outOfStep(channel: string): void
  /** The item could not be filtered and is dropped. */
  filterFailed(message: string): void
  /** More waits than may. */
  overflow(bytes: number): void
  /** For HTTP filters. */
  post(...request: Parameters<Post>): ReturnType<Post>
}

/** An item whose filters have asked a server, with what came of it. */
interface Filtered<F extends Format> {
  readonly item: PublishItem
  readonly format: F
  readonly result: FilterResult
}

/** Bytes that an item is taken for beyond its content. */
const ITEM_SIZE = 200

const NOTHING: Buffer = Buffer.alloc(0)

const NO_META: Readonly<Record<string, string>> = {}

/**
 * Takes a hold's items one by one, because its channels are ordered or filtered or because its backend is being asked for what was missed: what comes
 * meanwhile waits. A hold without all this has no intake, and shares the bytes it is sent with others.
 */
export class Intake<F extends Format> {
  readonly #owner: IntakeOwner<F>
  readonly #limit: number
  readonly #subscriptions = new Map<string, Subscription>()
  meta: Readonly<Record<string, string>>
  #queue: PublishItem[] = []
  #queuedBytes = 0
  #isPaused = false
  /** A filter has asked a server. */
  #isFiltering = false
  /** What became of the item that it asked for. */
  #filtered: Filtered<F> | undefined
  /** The backend has told of more since an item was taken last. */
  #hasBeenTold = false

  /** @param limit bytes that may wait. */
  constructor(owner: IntakeOwner<F>, meta: Readonly<Record<string, string>>, limit: number) {
    this.#owner = owner
    this.meta = meta
    this.#limit = limit
  }

  /** @param channel with the route's prefix. */
  subscribe(channel: string, subscription: Subscription): void {
    this.#subscriptions.set(channel, subscription)
  }

  unsubscribe(channel: string): void {
    this.#subscriptions.delete(channel)
  }

  /** Whether something was sent on the channel that the client does not have. @param lastId of what was sent last, if that is known. */
  hasMissed(channel: string, lastId: string | undefined): boolean {
    const own = this.#subscriptions.get(channel)?.lastId
    return own !== undefined && lastId !== undefined && own !== lastId
  }

  /** Of the channels where they count. */
  lastIds(): { channel: string; id: string }[] {
    const ids: { channel: string; id: string }[] = []
    for (const { name: channel, lastId: id } of this.#subscriptions.values()) {
      if (id !== undefined) ids.push({ channel, id })
    }
    return ids
  }

  /** @returns whether any of the items has something for the hold. */
  take(delivery: Delivery): boolean {
    let receives = false
    for (const item of delivery.items) {
      receives ||= this.#owner.formatOf(item) !== undefined
      this.#queue.push(item)
      this.#queuedBytes += this.#sizeOf(item)
    }
    this.#drain()
    if (this.#queuedBytes > this.#limit) this.#owner.overflow(this.#queuedBytes)
    return receives
  }

  pause(): void {
    this.#isPaused = true
  }

  /** Goes on behind what the backend has told meanwhile: items it has told of already are at the front, and do not follow (GRIP 6.5). */
  resume(): void {
    this.#isPaused = false
    this.#hasBeenTold = true
    if (!this.#isFiltering) this.#goOn()
  }

  /** Drops what waits: the backend is about to be asked for all of it. */
  clear(): void {
    this.#queue = []
    this.#queuedBytes = 0
  }

  #goOn(): void {
    const filtered = this.#filtered
    this.#filtered = undefined
    if (filtered !== undefined && this.#isWanted(filtered.item)) {
      this.#taken(filtered.item)
      this.#finish(filtered)
    }
    if (this.#hasBeenTold) while (this.#queue[0] !== undefined && !this.#follows(this.#queue[0])) this.#shift()
    this.#hasBeenTold = false
    this.#drain()
  }

  #drain(): void {
    while (!this.#isPaused && !this.#isFiltering && !this.#owner.isOver) {
      const item = this.#shift()
      if (item === undefined) return
      this.#process(item)
    }
  }

  #process(item: PublishItem): void {
    const subscription = this.#subscriptions.get(item.channel)
    // The backend has unsubscribed it while the item waited.
    if (subscription === undefined) return
    if (!this.#follows(item)) {
      this.clear()
      this.#owner.outOfStep(item.channel)
      return
    }
    const before = subscription.lastId
    this.#taken(item)
    const format = this.#owner.formatOf(item)
    if (format === undefined) return
    const content = contentOf(format)
    if (subscription.filters.length === 0) {
      this.#owner.apply(format, content, item)
      return
    }
    const mismatch = contentFilterMismatch(subscription.filters, format.contentFilters)
    if (mismatch !== undefined) {
      this.#owner.filterFailed(mismatch)
      return
    }
    const result = applyFilters(subscription.filters, this.#contextOf(item), content)
    if (!(result instanceof Promise)) {
      this.#finish({ item, format, result })
      return
    }
    // The client does not have it yet: a backend that is asked meanwhile must tell of it.
    subscription.lastId = before
    void this.#await(result, format, item)
  }

  async #await(waiting: Promise<FilterResult>, format: F, item: PublishItem): Promise<void> {
    this.#isFiltering = true
    const result = await waiting.catch((error: unknown): FilterResult => ({
      action: 'error',
      message: (error as Error).message,
    }))
    this.#isFiltering = false
    if (this.#owner.isOver) return
    this.#filtered = { item, format, result }
    // What the backend is telling must not be broken into.
    if (!this.#isPaused) this.#goOn()
  }

  /** Also of an item that a filter drops, since the client is not to have it (GRIP 6.3). */
  #taken(item: PublishItem): void {
    const subscription = this.#subscriptions.get(item.channel)
    if (subscription?.lastId === undefined) return
    const isBareHint = this.#owner.formatOf(item)?.action === 'hint' && item.id === undefined
    if (!isBareHint) subscription.lastId = item.id
  }

  #isWanted(item: PublishItem): boolean {
    return this.#subscriptions.has(item.channel) && this.#follows(item)
  }

  #finish({ item, format, result }: Filtered<F>): void {
    if (result.action === 'send') this.#owner.apply(format, result.content, item)
    else if (result.action === 'error') this.#owner.filterFailed(`filter error: ${result.message}`)
  }

  #contextOf(item: PublishItem): Parameters<typeof applyFilters>[1] {
    const prevIds = new Map<string, string | undefined>()
    for (const { name, lastId } of this.#subscriptions.values()) prevIds.set(name, lastId)
    return {
      subMeta: this.meta,
      pubMeta: item.meta ?? NO_META,
      prevIds,
      post: (...request) => this.#owner.post(...request),
    }
  }

  /** A hint follows anything: it only says that there is something. */
  #follows(item: PublishItem): boolean {
    const lastId = this.#subscriptions.get(item.channel)?.lastId
    return lastId === undefined || item.prevId === lastId || this.#owner.formatOf(item)?.action === 'hint'
  }

  #shift(): PublishItem | undefined {
    const item = this.#queue.shift()
    if (item !== undefined) this.#queuedBytes -= this.#sizeOf(item)
    return item
  }

  #sizeOf(item: PublishItem): number {
    const format = this.#owner.formatOf(item)
    return ITEM_SIZE + (format === undefined ? 0 : contentOf(format).length)
  }
}

function contentOf(format: Format): Buffer {
  return format.content ?? format.body ?? NOTHING
}
