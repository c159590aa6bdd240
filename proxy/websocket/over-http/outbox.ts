import { EventError } from './event-error.ts'
import type { WebSocketEvent } from './event.ts'

/** Bytes of content that may wait for the backend before the client is read no more (GRIP 7.4). */
const LIMIT = 200_000

/** Events that may wait: those without content cost memory as well. */
const MAX_EVENTS = 10_000

/** What the client has said and the backend has not accepted yet. It stays here while it is on its way. */
export class Outbox {
  #events: WebSocketEvent[] = []
  #bytes = 0
  /** Of the request that is on its way, or was the last. */
  #offered = 0
  #offeredBytes = 0
  /** Bytes at the front that an earlier request brought, and the backend did not accept (GRIP 7.4). */
  replayed = 0

  get isFull(): boolean {
    return this.#bytes >= LIMIT || this.#events.length >= MAX_EVENTS
  }

  add(event: WebSocketEvent): void {
    this.#events.push(event)
    this.#bytes += sizeOf(event)
  }

  /** What the next request brings. @param oneMessage not more than one message that is not empty. */
  offer(oneMessage: boolean): readonly WebSocketEvent[] {
    let end = this.#events.length
    if (oneMessage) {
      const first = this.#events.findIndex((event) => sizeOf(event) > 0)
      if (first !== -1) end = first + 1
    }
    this.#offered = end
    const offered = this.#events.slice(0, end)
    this.#offeredBytes = sumOf(offered)
    return offered
  }

  /**
   * The backend has answered. @param bytes of the content that it accepted; undefined for all.
   *
   * @returns whether there is something that it has not been offered yet
   * @throws {EventError} when it accepts what it was not offered, or too little to go on
   */
  accept(bytes: number | undefined): boolean {
    const hasMore = this.#events.length > this.#offered
    if (bytes === undefined || bytes === this.#offeredBytes) {
      this.#drop(this.#offered)
      this.replayed = 0
      return hasMore
    }
    if (bytes > this.#offeredBytes) throw new EventError('more content is accepted than was offered')
    if (bytes === 0 && hasMore) throw new EventError('nothing is accepted, and more waits')
    this.replayed = this.#offeredBytes - bytes
    this.#acceptFirst(bytes)
    return hasMore
  }

  #acceptFirst(bytes: number): void {
    let left = bytes
    let whole = 0
    for (const event of this.#events) {
      const size = sizeOf(event)
      if (size > left || whole === this.#offered) break
      left -= size
      whole++
    }
    this.#offered -= whole
    this.#drop(whole)
    const [first] = this.#events
    if (first?.type === 'CLOSE') throw new EventError('all content is accepted, but the close is not')
    if (left === 0 || first === undefined || !('content' in first)) return
    // A part of a message: the rest of it comes again.
    this.#events[0] = { type: first.type, content: first.content.subarray(left) }
    this.#bytes -= left
  }

  #drop(count: number): void {
    this.#bytes -= sumOf(this.#events.slice(0, count))
    this.#events = this.#events.slice(count)
    this.#offered = 0
  }
}

function sizeOf(event: WebSocketEvent): number {
  if ('content' in event) return event.content.length
  return event.type === 'CLOSE' && event.code !== undefined ? 2 + event.reason.length : 0
}

function sumOf(events: readonly WebSocketEvent[]): number {
  return events.reduce((sum, event) => sum + sizeOf(event), 0)
}
