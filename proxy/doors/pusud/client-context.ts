import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import type { HoldTable } from '../../hold/hold-table.ts'
import type { TimerWheel } from '../../hold/timer-wheel.ts'
import type { FrameRules } from '../../websocket/frames/frame-rules.ts'
import type { Access } from './access/access.ts'

/** What all clients of the door share. */
export interface ClientContext {
  readonly table: HoldTable
  readonly wheel: TimerWheel
  readonly rules: FrameRules
  /** Bytes that may wait for a client. */
  readonly queueMax: number
  /** Milliseconds of silence after which a client is pinged; 0 for never. */
  readonly pingInterval: number
  readonly prefix: string
  /** As the original: no channel in `subscribe_ok`, no answer when that is repeated, no close frames. */
  readonly strict: boolean
  /** Changes when the settings are read again. */
  readonly access: Access
  readonly render: (item: PublishItem) => Buffer
  /** @returns false when they could not be published. */
  publish(items: readonly PublishItem[]): Promise<boolean>
  sent(messages: number): void
  tooSlow(address: string, waiting: number): void
  /** Somebody cannot be authorized, because of no fault of theirs. */
  unavailable(error: Error): void
  gone(): void
}
