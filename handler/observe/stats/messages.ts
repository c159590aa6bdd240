import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { Receivers } from '../../../shared/link/stats-message.ts'
import { blocksOf } from '../../../shared/observe/blocks.ts'
import { TRANSPORTS } from '../../../shared/observe/transport.ts'
import type { PerTransport } from '../../../shared/observe/transport.ts'
import type { StatsSocket } from './stats-socket.ts'

/** Publishes whose receivers are not known yet; with more, those behind are not told. */
const MAX_PENDING = 20_000

/** Milliseconds that workers may take before a publish is told with what is known of it. */
const PATIENCE = 10_000

/** Publish numbers have four bytes on the link; 0 means none. */
const NUMBERS = 0xffff_ffff

interface Pending {
  readonly channel: string
  readonly id: string | undefined
  readonly blocks: PerTransport | undefined
  readonly receivers: PerTransport
  readonly waitsFor: Set<string>
  readonly until: number
}

/** `message` packets (GRIP 9.1): the receivers of a publish in all workers, told once, when all have answered. */
export class MessagePackets {
  readonly #socket: StatsSocket
  readonly #blockSize: number
  readonly #onDrop: () => void
  readonly #pending = new Map<number, Pending>()
  #lastNumber = 0

  /** @param blockSize bytes; 0 or less counts no blocks. @param onDrop told of each publish that is left out. */
  constructor(socket: StatsSocket, blockSize: number, onDrop: () => void) {
    this.#socket = socket
    this.#blockSize = blockSize
    this.#onDrop = onDrop
  }

  /** @returns the number under which the workers are to tell the receivers; 0 when nobody wants to know. */
  published(item: PublishItem, workers: Iterable<{ readonly name: string }>): number {
    if (!this.#socket.isWatched('message')) return 0
    if (this.#pending.size >= MAX_PENDING) {
      this.#onDrop()
      return 0
    }
    this.#lastNumber = (this.#lastNumber % NUMBERS) + 1
    this.#pending.set(this.#lastNumber, {
      channel: item.channel,
      id: item.id,
      blocks: this.#blockSize > 0 ? blocksOf(item, this.#blockSize) : undefined,
      receivers: [0, 0, 0],
      waitsFor: new Set(Array.from(workers, ({ name }) => name)),
      until: performance.now() + PATIENCE,
    })
    return this.#lastNumber
  }

  take(worker: string, told: readonly Receivers[]): void {
    for (const [number, ...receivers] of told) {
      const pending = this.#pending.get(number)
      if (pending === undefined || !pending.waitsFor.delete(worker)) continue
      for (const transport of [0, 1, 2] as const) pending.receivers[transport] += receivers[transport]
      if (pending.waitsFor.size === 0) this.#tell(number, pending)
    }
  }

  /** The worker will not answer any more. */
  forget(worker: string): void {
    for (const [number, pending] of this.#pending) {
      if (pending.waitsFor.delete(worker) && pending.waitsFor.size === 0) this.#tell(number, pending)
    }
  }

  /** Every tenth of a second. */
  flush(): void {
    const now = performance.now()
    for (const [number, pending] of this.#pending) {
      if (pending.until > now) break
      this.#tell(number, pending)
    }
  }

  #tell(number: number, { channel, id, receivers, blocks }: Pending): void {
    this.#pending.delete(number)
    for (const transport of [0, 1, 2] as const) {
      const count = receivers[transport]
      if (count === 0) continue
      this.#socket.send('message', {
        channel,
        'item-id': id,
        count,
        blocks: blocks && blocks[transport] * count,
        transport: TRANSPORTS[transport],
      })
    }
  }
}
