import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { Receivers as Told } from '../../shared/link/stats-message.ts'
import { HTTP_RESPONSE } from '../../shared/observe/transport.ts'
import type { PerTransport } from '../../shared/observe/transport.ts'
import type { Delivery } from '../send/delivery.ts'

/** Publishes whose receivers may be waiting to be told, or to be known. */
const MAX_PUBLISHES = 20_000

/** The receivers of each item that the handler has given a number, because somebody reads `message` packets. */
export class Published {
  /** Items that are on their way to their holds. */
  readonly #numbers = new Map<PublishItem, number>()
  readonly #dropped: () => void
  #told: Told[] = []

  /** @param dropped told of each publish that is left out. */
  constructor(dropped: () => void) {
    this.#dropped = dropped
  }

  numbered(item: PublishItem, publish: number): void {
    if (this.#numbers.size + this.#told.length < MAX_PUBLISHES) this.#numbers.set(item, publish)
    else this.#dropped()
  }

  delivered({ items }: Delivery, receivers: Readonly<PerTransport>): void {
    if (this.#numbers.size === 0) return
    const answering = items.find(({ httpResponse }) => httpResponse !== undefined)
    for (const item of items) {
      const publish = this.#numbers.get(item)
      if (publish === undefined) continue
      this.#numbers.delete(item)
      this.#told.push([
        publish,
        // Of several items one has answered all long polls.
        item === answering ? receivers[HTTP_RESPONSE] : 0,
        item.httpStream === undefined ? 0 : receivers[1],
        item.wsMessage === undefined ? 0 : receivers[2],
      ])
    }
  }

  take(): readonly Told[] {
    const told = this.#told
    if (told.length > 0) this.#told = []
    return told
  }
}
