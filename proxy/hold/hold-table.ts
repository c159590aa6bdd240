import type { Log } from '../../shared/log.ts'
import type { Delivery } from '../send/delivery.ts'
import type { Hold } from './hold.ts'
import type { Subscriptions } from './subscriptions.ts'
import { throwLater } from './throw-later.ts'
import type { TimerWheel } from './timer-wheel.ts'

const NOBODY: ReadonlySet<Hold> = new Set()

/** The only owner of who is held on what. */
export class HoldTable {
  readonly #holds = new Map<string, Hold>()
  readonly #byChannel = new Map<string, Set<Hold>>()
  /** Channels without holds that stay subscribed until their timer ends, in the order they began to. */
  readonly #lingering = new Map<string, { cancel(): void }>()
  readonly #subscriptions: Subscriptions
  readonly #wheel: TimerWheel
  readonly #lingerSeconds: number
  readonly #log: Log

  constructor(subscriptions: Subscriptions, wheel: TimerWheel, lingerSeconds: number, log: Log) {
    this.#subscriptions = subscriptions
    this.#wheel = wheel
    this.#lingerSeconds = lingerSeconds
    this.#log = log
  }

  get size(): number {
    return this.#holds.size
  }

  has(id: string): boolean {
    return this.#holds.has(id)
  }

  /**
   * Subscribes the hold's channels. `onLive` is called once, unless the hold ends before: with true, at once or later, when every item published from now on
   * will reach the hold, with false when the handler did not confirm in time; the hold is then not in the table.
   */
  add(hold: Hold, onLive: (live: boolean) => void): void {
    this.#holds.set(hold.id, hold)
    for (const channel of hold.channels) {
      const holds = this.#byChannel.get(channel)
      if (holds === undefined) this.#byChannel.set(channel, new Set([hold]))
      else holds.add(hold)
      this.#stopLingering(channel)
    }
    this.#subscriptions.subscribe(hold.channels, (live) => {
      // It may have ended while the handler was asked: its client left, or a hint sent it to the backend again.
      if (this.#holds.get(hold.id) !== hold) return
      if (!live) this.remove(hold)
      onLive(live)
    })
  }

  /** Takes a hold that ended out of the table; harmless for one that is not in it. */
  remove(hold: Hold): void {
    // A hold that was made of the same request later has its id.
    if (this.#holds.get(hold.id) !== hold) return
    this.#holds.delete(hold.id)
    for (const channel of hold.channels) {
      const holds = this.#byChannel.get(channel)
      if (holds === undefined || !holds.delete(hold) || holds.size > 0) continue
      this.#byChannel.delete(channel)
      if (hold.lingers && this.#lingerSeconds > 0) this.#startLingering(channel)
      else this.#subscriptions.unsubscribe(channel)
    }
  }

  /** Hands what was published to every hold of the channel. */
  deliver(delivery: Delivery): void {
    const holds = this.#byChannel.get(delivery.channel) ?? NOBODY
    let receivers = 0
    // A copy, because a hold made in the middle, by a retry, is not for this item. One that has left meanwhile is neither.
    for (const hold of Array.from(holds)) {
      try {
        if (holds.has(hold) && hold.deliver(delivery)) receivers++
      } catch (error) {
        // The holds behind it must get the item all the same.
        throwLater(error)
      }
    }
    // Once for each item, joined or not (GRIP 6.8).
    for (let i = 0; i < delivery.items; i++) {
      this.#log.info(`publish channel=${delivery.channel} receivers=${receivers}`)
    }
  }

  recoverAll(): void {
    for (const hold of this.#holds.values()) hold.recover()
  }

  #startLingering(channel: string): void {
    const timer = this.#wheel.after(this.#lingerSeconds * 1000, () => {
      this.#lingering.delete(channel)
      this.#subscriptions.unsubscribe(channel)
    })
    this.#lingering.set(channel, timer)
    if (this.#lingering.size > MAX_LINGERING) {
      const [oldest] = this.#lingering.keys()
      if (oldest === undefined) return
      this.#stopLingering(oldest)
      this.#subscriptions.unsubscribe(oldest)
    }
  }

  #stopLingering(channel: string): void {
    this.#lingering.get(channel)?.cancel()
    this.#lingering.delete(channel)
  }
}

/** Past this many channels without holds the one that has lingered longest is let go: each client could bring a new name. */
const MAX_LINGERING = 100_000
