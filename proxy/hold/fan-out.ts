import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { Log } from '../../shared/log.ts'
import { Receivers } from '../observe/receivers.ts'
import { Delivery } from '../send/delivery.ts'
import type { DeliveryRate } from './delivery-rate.ts'
import type { Hold } from './hold.ts'
import type { HoldTable } from './hold-table.ts'
import type { Subscriptions } from './subscriptions.ts'
import { throwLater } from './throw-later.ts'

/** Milliseconds that deliveries may take before everything else of the worker has its turn: 100,000 holds are no reason to freeze. */
const SLICE = 2

/** After this many holds the clock is looked at. */
const HOLDS_PER_LOOK = 32

/** What came together, and what to do when all of it has been handed to its holds. */
interface Batch {
  readonly items: readonly PublishItem[]
  readonly done: () => void
}

/** A limit to the deliveries of a second (GRIP 6.8). */
export interface RateLimit {
  readonly rate: DeliveryRate
  /** Deliveries that may wait for their turn before publishers are refused. */
  readonly highWaterMark: number
  /** Whether more than that wait, when that changes. */
  full(isFull: boolean): void
}

/** A delivery in the middle of its holds. */
interface Pass {
  readonly delivery: Delivery
  /** As they were at the beginning: a hold made meanwhile, by a retry, is not for this item. */
  readonly holds: readonly Hold[]
  /** Of the hold table, then. */
  readonly departures: number
  next: number
  readonly receivers: Receivers
}

/** Counts deliveries. */
export interface DeliveryCounter {
  /** @returns where those are added who get one delivery. */
  begin(): Receivers
  /** It has been handed to all its holds. */
  delivered(delivery: Delivery, receivers: Receivers): void
}

const NO_COUNTER: DeliveryCounter = { begin: () => new Receivers(false), delivered() {} }

/** Hands what was published to the holds, in its order and in slices of time. What comes during a long fan-out is joined for the next one. */
export class FanOut {
  readonly #holds: HoldTable
  readonly #subscriptions: Subscriptions
  readonly #log: Log
  readonly #counter: DeliveryCounter
  #batches: Batch[] = []
  #deliveries: Delivery[] = []
  #pass: Pass | undefined
  #onDone: (() => void)[] = []
  #isBusy = false
  readonly #limit: RateLimit | undefined
  /** Deliveries that waited when they came; only counted when there is a limit. */
  #waiting = 0
  #isFull = false
  /** The limit is reached for now. */
  #mustWait = false

  constructor(holds: HoldTable, subscriptions: Subscriptions, log: Log, counter = NO_COUNTER, limit?: RateLimit) {
    this.#limit = limit
    this.#holds = holds
    this.#subscriptions = subscriptions
    this.#log = log
    this.#counter = counter
  }

  /** @param done called when these items, and all before them, have been handed to their holds; at once when that took no time. */
  push(items: readonly PublishItem[], done: () => void): void {
    if (this.#limit === undefined) {
      this.#batches.push({ items, done })
    } else if (items.length === 0) {
      // Whoever wants to know that it is its turn cannot wait for as long as a limit may make it.
      done()
      return
    } else {
      this.#batches.push(this.#counted(items, done))
    }
    if (this.#isBusy) return
    this.#isBusy = true
    this.#run()
  }

  #run(): void {
    const end = performance.now() + SLICE
    while (this.#deliverUntil(end)) {
      const batches = this.#batches
      if (batches.length === 0) {
        this.#isBusy = false
        return
      }
      this.#batches = []
      this.#deliveries = Delivery.join(
        batches.flatMap(({ items }) => items),
        (channel) => this.#holds.standsAlone(channel),
      )
      this.#onDone = batches.map(({ done }) => done)
    }
    const limit = this.#limit
    if (this.#mustWait && limit !== undefined) setTimeout(() => this.#run(), limit.rate.wait())
    else setImmediate(() => this.#run())
  }

  #counted(items: readonly PublishItem[], done: () => void): Batch {
    const weights = items.map(
      (item) => this.#holds.countReceivers(item.channel) * (this.#limit?.rate.weightOf([item]) ?? 1),
    )
    const waiting = weights.reduce((sum, weight) => sum + weight, 0)
    this.#wait(waiting)
    return {
      items,
      done: () => {
        this.#wait(-waiting)
        done()
      },
    }
  }

  #wait(change: number): void {
    const limit = this.#limit
    this.#waiting += change
    if (limit === undefined || this.#waiting > limit.highWaterMark === this.#isFull) return
    this.#isFull = !this.#isFull
    limit.full(this.#isFull)
  }

  /** @returns whether nothing is left of what was begun. */
  #deliverUntil(end: number): boolean {
    for (;;) {
      this.#pass ??= this.#nextPass()
      if (this.#pass === undefined) break
      if (!this.#goOn(this.#pass, end)) return false
      this.#pass = undefined
      // Many items for few holds each take as long as one for many.
      if (this.#deliveries.length > 0 && performance.now() >= end) return false
    }
    const onDone = this.#onDone
    this.#onDone = []
    for (const done of onDone) {
      try {
        done()
      } catch (error) {
        // What was published meanwhile must go on.
        throwLater(error)
      }
    }
    return true
  }

  #nextPass(): Pass | undefined {
    const delivery = this.#deliveries.shift()
    if (delivery === undefined) return undefined
    const { channel, items } = delivery
    // With the holds that the item is for: a hold made from now on must know that it was sent before (GRIP 6.4).
    for (const { id, noSeq } of items) if (!noSeq) this.#subscriptions.published(channel, id)
    const holds = this.#holds.receiversOf(channel)
    return { delivery, holds, departures: this.#holds.departures, next: 0, receivers: this.#counter.begin() }
  }

  /** Nearly always nobody has left, and a look at one number tells it. */
  #isStillThere(hold: Hold, { delivery, departures }: Pass): boolean {
    return this.#holds.departures === departures || this.#holds.isReceiver(hold, delivery.channel)
  }

  /** @returns false when the time was up before the last hold. */
  #goOn(pass: Pass, end: number): boolean {
    const { delivery, holds } = pass
    const rate = this.#limit?.rate
    const weight = rate?.weightOf(delivery.items) ?? 0
    while (pass.next < holds.length) {
      const look = Math.min(holds.length, pass.next + HOLDS_PER_LOOK)
      while (pass.next < look) {
        this.#mustWait = rate?.take(weight) === false
        if (this.#mustWait) return false
        const hold = holds[pass.next++] as Hold
        try {
          // One that has left meanwhile gets nothing.
          if (this.#isStillThere(hold, pass) && hold.deliver(delivery)) pass.receivers.add(hold)
        } catch (error) {
          // The holds behind it must get the item all the same.
          throwLater(error)
        }
      }
      if (pass.next < holds.length && performance.now() >= end) return false
    }
    // Once for each item, joined or not (GRIP 6.8).
    for (let i = 0; i < delivery.items.length; i++) {
      this.#log.info(`publish channel=${delivery.channel} receivers=${pass.receivers.total}`)
    }
    this.#counter.delivered(delivery, pass.receivers)
    return true
  }
}
