import type { Route } from '../choose/route.ts'
import type { FilterPosts } from '../hold/filter-posts.ts'
import type { HoldTable } from '../hold/hold-table.ts'
import type { TimerWheel } from '../hold/timer-wheel.ts'
import type { Session } from '../session/session.ts'

/** What all WebSockets of a worker share. */
export interface WebSocketContext {
  readonly table: HoldTable
  readonly wheel: TimerWheel
  /** Bytes that may wait for a client before it is closed. */
  readonly queueMax: number
  /** Channels that control messages may subscribe a connection to (GRIP 7.3). */
  readonly maxChannels: number
  /** Milliseconds of silence after which a client is pinged; 0 for never. */
  readonly pingInterval: number
  readonly posts: Pick<FilterPosts, 'of'>
  subscribed(uri: string, channel: string): void
  tooSlow(uri: string, waiting: number): void
  /** @returns undefined for an id that cannot be one. */
  session(id: string, prefix: string): Session | undefined
  /** A client was sent what keeps its connection alive. */
  keptAlive?(route: Route): void
}
