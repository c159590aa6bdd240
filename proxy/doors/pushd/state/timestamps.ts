import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'

/**
 * When messages came, in nanoseconds since 1970: more than a number can hold. No two are equal and none is less than the one before it, so that one is enough
 * to say where to go on.
 */
export class Timestamps {
  readonly #byItem = new WeakMap<PublishItem, bigint>()
  #last = 0n

  /** The same for every client, and in the history. */
  of(item: PublishItem): bigint {
    let stamp = this.#byItem.get(item)
    if (stamp !== undefined) return stamp
    const now = BigInt(Date.now()) * 1_000_000n
    stamp = this.#last = now > this.#last ? now : this.#last + 1n
    this.#byItem.set(item, stamp)
    return stamp
  }
}
