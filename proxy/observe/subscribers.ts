import type { SubscriberChange } from '../../shared/link/stats-message.ts'
import type { PerTransport, Transport } from '../../shared/observe/transport.ts'
import type { Hold } from '../hold/hold.ts'

interface Counted {
  readonly subscribers: PerTransport
  /** Those whose count the handler does not have. */
  readonly changed: Set<Transport>
}

/** How many holds of each kind are on which channel; counted only while somebody wants to know. */
export class Subscribers {
  #byChannel: Map<string, Counted> | undefined
  readonly #changed = new Map<string, Counted>()

  /** @param holds all that there are, or undefined to count no more. */
  watch(holds: Iterable<Hold> | undefined): void {
    this.#changed.clear()
    this.#byChannel = holds && new Map()
    for (const hold of holds ?? []) for (const channel of hold.channels) this.joined(hold, channel)
  }

  joined({ transport }: Hold, channel: string): void {
    if (this.#byChannel === undefined) return
    let counted = this.#byChannel.get(channel)
    if (counted === undefined) {
      counted = { subscribers: [0, 0, 0], changed: new Set() }
      this.#byChannel.set(channel, counted)
    }
    counted.subscribers[transport]++
    this.#change(channel, counted, transport)
  }

  left({ transport }: Hold, channel: string): void {
    const counted = this.#byChannel?.get(channel)
    if (counted === undefined) return
    counted.subscribers[transport]--
    this.#change(channel, counted, transport)
  }

  /** The counts that have changed since the last call. */
  take(): readonly SubscriberChange[] {
    const changes: SubscriberChange[] = []
    for (const [channel, { subscribers, changed }] of this.#changed) {
      for (const transport of changed) changes.push([channel, transport, subscribers[transport]])
      changed.clear()
      if (subscribers.every((count) => count === 0)) this.#byChannel?.delete(channel)
    }
    this.#changed.clear()
    return changes
  }

  #change(channel: string, counted: Counted, transport: Transport): void {
    counted.changed.add(transport)
    this.#changed.set(channel, counted)
  }
}
