import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { LastIds } from './last-ids.ts'

/** Items that may wait on one channel (GRIP 6.2). */
const MAX_PENDING = 100

/** Bytes of content that may wait on all channels together. */
const MAX_PENDING_BYTES = 32 << 20

const EXPIRY_INTERVAL = 1000

interface Pending {
  readonly item: PublishItem
  /** `performance.now()` */
  readonly since: number
}

export interface SequencerEvents {
  /** The item's turn has come. */
  deliver(item: PublishItem): void
  /** Another item that follows the same one waits already: this one can have no place behind it. */
  dropped(item: PublishItem): void
}

/**
 * Holds back an item whose predecessor has not been sent yet (GRIP 6.2). It waits a bounded time, then its turn comes anyway:
 * subscribers that want the order kept see the gap themselves. Unlike the reference, what waits over a limit makes the oldest one's turn come, not drop.
 */
export class Sequencer {
  readonly #wait: number
  readonly #lastIds: LastIds
  readonly #events: SequencerEvents
  /** By channel and `prev-id`; within a channel in the order they came. */
  readonly #pending = new Map<string, Map<string, Pending>>()
  #pendingBytes = 0
  #clock: NodeJS.Timeout | undefined

  /** @param wait milliseconds. */
  constructor(wait: number, lastIds: LastIds, events: SequencerEvents) {
    this.#wait = wait
    this.#lastIds = lastIds
    this.#events = events
  }

  take(item: PublishItem): void {
    const lastId = this.#lastIds.of(item.channel)
    if (lastId !== undefined && item.prevId !== undefined && item.prevId !== lastId) this.#hold(item, item.prevId)
    else this.#release(item)
  }

  /** The channel's last subscription has gone: what waits is for nobody. */
  forget(channel: string): void {
    this.#lastIds.forget(channel)
    const pending = this.#pending.get(channel)
    if (pending === undefined) return
    this.#pending.delete(channel)
    for (const { item } of pending.values()) this.#pendingBytes -= contentSize(item)
  }

  close(): void {
    clearInterval(this.#clock)
  }

  #hold(item: PublishItem, prevId: string): void {
    let pending = this.#pending.get(item.channel)
    if (pending === undefined) this.#pending.set(item.channel, (pending = new Map<string, Pending>()))
    if (pending.has(prevId)) {
      this.#events.dropped(item)
      return
    }
    pending.set(prevId, { item, since: performance.now() })
    this.#pendingBytes += contentSize(item)
    this.#clock ??= setInterval(() => this.#expire(performance.now() - this.#wait), EXPIRY_INTERVAL)
    if (pending.size > MAX_PENDING) this.#releaseOldest(pending)
    while (this.#pendingBytes > MAX_PENDING_BYTES) {
      const [oldest] = this.#pending.values()
      if (oldest === undefined) break
      this.#releaseOldest(oldest)
    }
  }

  #releaseOldest(pending: Map<string, Pending>): void {
    const [oldest] = pending.values()
    if (oldest === undefined) return
    this.#take(oldest.item)
    this.#release(oldest.item)
  }

  /** Takes an item out of those that wait. */
  #take(item: PublishItem): void {
    const pending = this.#pending.get(item.channel)
    if (pending?.delete(item.prevId ?? '') !== true) return
    this.#pendingBytes -= contentSize(item)
    if (pending.size === 0) this.#pending.delete(item.channel)
  }

  /** Delivers it, and whatever waited for it. */
  #release(item: PublishItem): void {
    let next: PublishItem | undefined = item
    while (next !== undefined) {
      this.#lastIds.set(next.channel, next.id)
      this.#events.deliver(next)
      const follower: Pending | undefined =
        next.id === undefined ? undefined : this.#pending.get(next.channel)?.get(next.id)
      next = follower?.item
      if (next !== undefined) this.#take(next)
    }
  }

  #expire(before: number): void {
    const due: Pending[] = []
    for (const pending of this.#pending.values()) {
      for (const waiting of pending.values()) if (waiting.since <= before) due.push(waiting)
    }
    due.sort((a, b) => a.since - b.since)
    for (const { item } of due) {
      // One that came before may have released it.
      if (this.#pending.get(item.channel)?.get(item.prevId ?? '')?.item !== item) continue
      this.#take(item)
      this.#release(item)
    }
    if (this.#pending.size > 0) return
    clearInterval(this.#clock)
    this.#clock = undefined
  }
}

function contentSize({ httpResponse, httpStream, wsMessage }: PublishItem): number {
  let size = 0
  if (httpResponse?.action === 'send') size += httpResponse.body?.length ?? 0
  if (httpStream?.action === 'send') size += httpStream.content.length
  if (wsMessage?.action === 'send') size += wsMessage.content.length
  return size
}
