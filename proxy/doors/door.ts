import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { Log } from '../../shared/log.ts'
import type { HoldTable } from '../hold/hold-table.ts'
import type { TimerWheel } from '../hold/timer-wheel.ts'

/**
 * A way in for the clients of another system: speaks their protocol on ports of its own. Its subscribers are holds like any other, in the
 * same table and behind the same fan-out; what they publish goes to the handler like what comes through any publish input.
 */
export interface Door {
  /** Reads files that it was told of again; clients stay connected. */
  reload(): void
  /** Takes no more connections and ends those that there are. */
  close(): void
}

/** What a door is built with. */
export interface DoorContext {
  readonly table: HoldTable
  readonly wheel: TimerWheel
  readonly log: Log
  /** Bytes that may wait for one client. */
  readonly queueMax: number
  /** A new connection's id, unique among all workers. */
  nextId(): string
  /** Adds one to a total; names are fixed in the code. */
  count(name: string): void
  /** For the log and the total of clients that were cut because they do not read. */
  tooSlow(client: string, waiting: number): void
  /** Hands items to the handler, in order. @returns whether it has taken all of them: the client is to wait for it, or be told. */
  publish(items: readonly PublishItem[]): Promise<boolean>
}
