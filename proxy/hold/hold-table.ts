import { EVERY_CHANNEL } from '../../shared/link/every-channel.ts'
import type { Hold } from './hold.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** Follows who is held on what. */
export interface HoldWatcher {
  joined(hold: Hold, channel: string): void
  left(hold: Hold, channel: string): void
  removed(hold: Hold): void
}

const NOBODY: ReadonlySet<Hold> = new Set()

/** The only owner of who is held on what. */
export class HoldTable {
  readonly #holds = new Map<string, Hold>()
  readonly #byChannel = new Map<string, Set<Hold>>()
  /** Not among the channels, so that no hold comes here by the name of its channel. */
  readonly #onEvery = new Set<Hold>()
  /** Channels without holds that stay subscribed until their timer ends, in the order they began to. */
  readonly #lingering = new Map<string, { cancel(): void }>()
  readonly #subscriptions: Subscriptions
  readonly #wheel: TimerWheel
  readonly #lingerSeconds: number
  readonly #watcher: HoldWatcher | undefined
  #departures = 0

  constructor(subscriptions: Subscriptions, wheel: TimerWheel, lingerSeconds: number, watcher?: HoldWatcher) {
    this.#subscriptions = subscriptions
    this.#wheel = wheel
    this.#lingerSeconds = lingerSeconds
    this.#watcher = watcher
  }

  get size(): number {
    return this.#holds.size
  }

  /** How often a hold has left a channel: while that stays the same, all who were receivers are. */
  get departures(): number {
    return this.#departures
  }

  has(id: string): boolean {
    return this.#holds.has(id)
  }

  values(): Iterable<Hold> {
    return this.#holds.values()
  }

  /**
   * Subscribes the hold's channels. `onLive` is called once, unless the hold ends before: with true, at once or later, when every item published from now on
   * will reach the hold, with false when the handler did not confirm in time; the hold is then not in the table.
   */
  add(hold: Hold, onLive: (live: boolean) => void): void {
    for (const channel of hold.channels) this.#put(hold, channel)
    this.#start(hold, [...hold.channels], onLive)
  }

  /** The same for a hold that gets the items of all channels; it names none of its own. */
  addToEvery(hold: Hold, onLive: (live: boolean) => void): void {
    this.#onEvery.add(hold)
    this.#start(hold, [EVERY_CHANNEL], onLive)
  }

  /** The same for one that is nobody's connection: it stays, and gets the items as soon as there is a handler. */
  joinEvery(hold: Hold): void {
    this.#onEvery.add(hold)
    this.#subscriptions.subscribe([EVERY_CHANNEL], () => {})
  }

  #start(hold: Hold, channels: readonly string[], onLive: (live: boolean) => void): void {
    this.#holds.set(hold.id, hold)
    this.#subscriptions.subscribe(channels, (live) => {
      // It may have ended while the handler was asked: its client left, or a hint sent it to the backend again.
      if (this.#holds.get(hold.id) !== hold) return
      if (!live) this.remove(hold)
      onLive(live)
    })
  }

  /**
   * One more channel for a hold that goes on whether or not the handler answers; the hold has it among its channels already. `onSettled` is called
   * once, with true when the channel is live, with false when the handler did not confirm in time; then it will be as soon as there is a handler.
   */
  join(hold: Hold, channel: string, onSettled: (live: boolean) => void): void {
    this.#put(hold, channel)
    this.#subscriptions.subscribe([channel], onSettled)
  }

  /** The hold has the channel no more. */
  leave(hold: Hold, channel: string): void {
    const holds = this.#byChannel.get(channel)
    if (holds === undefined || !holds.delete(hold)) return
    this.#departures++
    this.#watcher?.left(hold, channel)
    if (holds.size > 0) return
    this.#byChannel.delete(channel)
    if (hold.lingers && this.#lingerSeconds > 0) this.#startLingering(channel)
    else this.#unsubscribe(channel)
  }

  #unsubscribe(channel: string): void {
    const isWanted = channel === EVERY_CHANNEL && (this.#onEvery.size > 0 || this.#byChannel.has(channel))
    if (!isWanted) this.#subscriptions.unsubscribe(channel)
  }

  /** Takes a hold that ended out of the table; harmless for one that is not in it. */
  remove(hold: Hold): void {
    // A hold that was made of the same request later has its id.
    if (this.#holds.get(hold.id) !== hold) return
    this.#holds.delete(hold.id)
    for (const channel of hold.channels) this.leave(hold, channel)
    this.#watcher?.removed(hold)
    if (!this.#onEvery.delete(hold)) return
    this.#departures++
    this.#unsubscribe(EVERY_CHANNEL)
  }

  #put(hold: Hold, channel: string): void {
    const holds = this.#byChannel.get(channel)
    // It may be joined to a channel that it has.
    if (holds?.has(hold) === true) return
    if (holds === undefined) this.#byChannel.set(channel, new Set([hold]))
    else holds.add(hold)
    this.#stopLingering(channel)
    this.#watcher?.joined(hold, channel)
  }

  /** Those that are held on the channel now. */
  on(channel: string): Hold[] {
    return Array.from(this.#byChannel.get(channel) ?? NOBODY)
  }

  /** Those that an item of the channel is for: held on it, or on every channel. */
  receiversOf(channel: string): Hold[] {
    const holds = this.on(channel)
    // Those first: who comes to the channel while the others have their turn may ask one of them for what it has missed.
    return this.#onEvery.size === 0 ? holds : [...this.#onEvery, ...holds]
  }

  countOn(channel: string): number {
    return this.#byChannel.get(channel)?.size ?? 0
  }

  countReceivers(channel: string): number {
    return this.countOn(channel) + this.#onEvery.size
  }

  isReceiver(hold: Hold, channel: string): boolean {
    return this.#byChannel.get(channel)?.has(hold) === true || this.#onEvery.has(hold)
  }

  /** Whether nobody who gets items of the channel gets those of another one, too. */
  standsAlone(channel: string): boolean {
    if (this.#onEvery.size > 0) return false
    for (const { channels } of this.#byChannel.get(channel) ?? NOBODY) {
      const [, second] = channels
      if (second !== undefined) return false
    }
    return true
  }

  /** @returns the id, unless there is nothing to refresh. */
  refresh(id: string): string[] {
    return this.#holds.get(id)?.refresh() === true ? [id] : []
  }

  refreshAll(channel: string): string[] {
    return this.on(channel).flatMap((hold) => (hold.refresh() ? [hold.id] : []))
  }

  goAway(): void {
    for (const hold of this.#holds.values()) hold.goAway()
  }

  /** Publishers may have seen only now that somebody is there. A hold that was made anew for that is not, once more, the first. */
  recover(channels: readonly string[]): void {
    for (const channel of channels) {
      for (const hold of this.on(channel)) if (hold.isRetry !== true) hold.recover()
    }
  }

  /** Messages may have been lost on their way here. */
  catchUpAll(): void {
    for (const hold of this.#holds.values()) hold.catchUp?.()
  }

  recoverAll(): void {
    for (const hold of this.#holds.values()) hold.recover()
  }

  #startLingering(channel: string): void {
    const timer = this.#wheel.after(this.#lingerSeconds * 1000, () => {
      this.#lingering.delete(channel)
      this.#unsubscribe(channel)
    })
    this.#lingering.set(channel, timer)
    if (this.#lingering.size > MAX_LINGERING) {
      const [oldest] = this.#lingering.keys()
      if (oldest === undefined) return
      this.#stopLingering(oldest)
      this.#unsubscribe(oldest)
    }
  }

  #stopLingering(channel: string): void {
    this.#lingering.get(channel)?.cancel()
    this.#lingering.delete(channel)
  }
}

/** Past this many channels without holds the one that has lingered longest is let go: each client could bring a new name. */
const MAX_LINGERING = 100_000
