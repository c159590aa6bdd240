import { throwLater } from '../throw-later.ts'
import type { TimerWheel } from '../timer-wheel.ts'

/** A hold that is to ask its backend for what it may have missed. */
export interface Update {
  /** Those with the same key may be made with one request. */
  readonly key: string
  /** Called on one of a group, which it is a member of. */
  run(group: readonly Update[]): void
}

/** Milliseconds from one batch to the next, and before the first. */
const INTERVAL = 100

/** Groups of equal updates in a batch, each at least one request. */
const BATCH = 100

/** Updates in a group: what is made together writes to all of them in one go. */
const GROUP = 1000

/**
 * Lets holds ask their backends at a pace that those can stand (GRIP 6.5): recovering is no reason for a wave in which they drown. Equal updates wait for
 * each other here, so that they can be made with one request.
 */
export class UpdateQueue {
  readonly #wheel: TimerWheel
  readonly #waiting = new Map<string, Set<Update>>()
  /** Those of this turn of the event loop that do not wait. */
  readonly #urgent = new Map<string, Set<Update>>()
  #isAwake = false

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel
  }

  /** @param key the update's own, as it is now: to be given to `remove` as well. */
  add(key: string, update: Update): void {
    put(this.#waiting, key, update)
    this.#wake()
  }

  /** Before anything else happens: a hint goes to many holds in one turn, and they want the same. @param key as for `add`. */
  addNow(key: string, update: Update): void {
    if (this.#urgent.size === 0) queueMicrotask(() => this.#runUrgent())
    put(this.#urgent, key, update)
  }

  remove(key: string, update: Update): void {
    for (const groups of [this.#waiting, this.#urgent]) {
      const group = groups.get(key)
      if (group?.delete(update) === true && group.size === 0) groups.delete(key)
    }
  }

  #runUrgent(): void {
    const groups = Array.from(this.#urgent.values(), (group) => [...group])
    this.#urgent.clear()
    runAll(groups)
  }

  #wake(): void {
    if (this.#isAwake) return
    this.#isAwake = true
    this.#wheel.after(INTERVAL, () => this.#runBatch())
  }

  #runBatch(): void {
    this.#isAwake = false
    let left = BATCH
    const groups: (readonly Update[])[] = []
    for (const [key, waiting] of this.#waiting) {
      if (left-- === 0) break
      const group = [...waiting].slice(0, GROUP)
      for (const update of group) waiting.delete(update)
      if (waiting.size === 0) this.#waiting.delete(key)
      groups.push(group)
    }
    if (this.#waiting.size > 0) this.#wake()
    // Last: an update may come back into the queue at once.
    runAll(groups)
  }
}

function put(groups: Map<string, Set<Update>>, key: string, update: Update): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, new Set([update]))
  else group.add(update)
}

function runAll(groups: readonly (readonly Update[])[]): void {
  for (const group of groups) {
    try {
      group[0]?.run(group)
    } catch (error) {
      // Those behind it wait for their turn all the same.
      throwLater(error)
    }
  }
}
