import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { Delivery } from '../../send/delivery.ts'
import { fromItem, toItem } from '../bus-item.ts'
import type { BusMessage } from '../bus-item.ts'
import { DoorHold } from '../door-hold.ts'

/** Bytes of all messages and names of channels together; the ones published longest ago go. */
const MAX_BYTES = 64 << 20

/** A channel's last message. */
export interface LastMessage {
  readonly item: PublishItem
  /** What it came with, if that is still on its way to those who were subscribed before. */
  readonly delivery: Delivery | undefined
}

/** The last message of each channel of the door, by whomever it was published: for those who subscribe after it. */
export class LastMessages extends DoorHold {
  readonly id = 'msgbus-last-messages'
  readonly channels: readonly string[] = []
  readonly #prefix: string
  readonly #max: number
  /** By channel, with the prefix; published last stands last. */
  readonly #items = new Map<string, { readonly item: PublishItem; readonly bytes: number }>()
  #bytes = 0
  #latest: Delivery | undefined

  /** @param max channels. */
  constructor(prefix: string, max: number) {
    super()
    this.#prefix = prefix
    this.#max = max
  }

  deliver(delivery: Delivery): boolean {
    if (!delivery.channel.startsWith(this.#prefix)) return false
    this.#latest = delivery
    for (let at = delivery.items.length - 1; at >= 0; at--) {
      const message = fromItem(delivery.items[at] as PublishItem)
      if (message === undefined) continue
      this.#keep(delivery.channel, message)
      break
    }
    return false
  }

  of(channel: string): LastMessage | undefined {
    const kept = this.#items.get(channel)
    if (kept === undefined) return undefined
    return { item: kept.item, delivery: this.#latest?.channel === channel ? this.#latest : undefined }
  }

  #keep(channel: string, { contentType, sender, ...message }: BusMessage): void {
    // A copy: the item is a piece of all that came together with it.
    const content = Buffer.allocUnsafeSlow(message.content.length)
    message.content.copy(content)
    const bytes = content.length + channel.length
    this.#drop(channel)
    this.#items.set(channel, { item: toItem(channel, { content, contentType, sender }), bytes })
    this.#bytes += bytes
    for (const oldest of this.#items.keys()) {
      if (this.#items.size <= this.#max && this.#bytes <= MAX_BYTES) break
      this.#drop(oldest)
    }
  }

  #drop(channel: string): void {
    this.#bytes -= this.#items.get(channel)?.bytes ?? 0
    this.#items.delete(channel)
  }
}
