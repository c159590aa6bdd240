import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { DoorContext } from '../door.ts'

/** Milliseconds between two attempts. */
const RETRY_AFTER = 100
/** Milliseconds after which there are no more. */
const PATIENCE = 60_000
/** Characters of messages that wait for another attempt, of all clients: those who leave meanwhile make room for others who may say as much. */
const MAX_WAITING = 32 << 20

/** Publishes for clients that get no acknowledgement and cannot be asked to repeat. */
export class Publisher {
  readonly #context: Pick<DoorContext, 'publish' | 'wheel'>
  #waiting = 0

  constructor(context: Pick<DoorContext, 'publish' | 'wheel'>) {
    this.#context = context
  }

  /**
   * The client is not to be read until the handler, which may be full or just starting again, has taken everything.
   * @returns false when it did not in a minute, or too much waits already.
   */
  async publish(items: readonly PublishItem[]): Promise<boolean> {
    if (await this.#context.publish(items)) return true
    const length = lengthOf(items)
    if (this.#waiting + length > MAX_WAITING) return false
    this.#waiting += length
    const isTaken = await this.#publishAgain(items)
    this.#waiting -= length
    return isTaken
  }

  async #publishAgain(items: readonly PublishItem[]): Promise<boolean> {
    const { publish, wheel } = this.#context
    for (let waited = 0; waited < PATIENCE; waited += RETRY_AFTER) {
      await new Promise<void>((resolve) => void wheel.after(RETRY_AFTER, resolve))
      if (await publish(items)) return true
    }
    return false
  }
}

function lengthOf(items: readonly PublishItem[]): number {
  let length = 0
  for (const { verbatim } of items) length += verbatim?.text.length ?? 0
  return length
}
