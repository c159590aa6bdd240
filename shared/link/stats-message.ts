import type { HistogramCounts } from '../observe/histogram.ts'
import type { Transport } from '../observe/transport.ts'

/** What somebody reads on the stats socket: then workers tell more, and more often. */
export interface Watched {
  /** Packets of any type. */
  readonly any: boolean
  readonly conn: boolean
  readonly sub: boolean
  readonly report: boolean
}

/** What has changed on a route since the worker's last message; what is 0 is left out, except for what is now. */
export interface RouteFigures {
  /** Explicit id; the requests of all routes without one are counted together. */
  readonly route?: string
  readonly requests?: number
  /** Requests, retries, keep-alives and minutes of WebSockets in which frames passed (GRIP 9.1). */
  readonly activity?: number
  /** Each connection counts one at once and one more for each full minute. */
  readonly minutes?: number
  /** Deliveries of items to clients. */
  readonly sent?: number
  /** Those of them that answered a long poll. */
  readonly responses?: number
  /** Blocks of `message_block_size` that were delivered. */
  readonly blocks?: number
  /** Connections now. */
  readonly connections: number
  /** The most since the last message. */
  readonly peak: number
  /** From a request to its hold being live. */
  readonly accept?: HistogramCounts
  /** From a request to its backend to the head of the response. */
  readonly backend?: HistogramCounts
  /** What passed, in the order of `TRAFFIC_COUNTERS`. */
  readonly traffic?: readonly number[]
}

/** A connection that came or is still there, or that has gone. */
export type ConnectionChange =
  | {
      readonly id: string
      readonly route?: string
      readonly type: 'http' | 'ws'
      readonly peer?: string
      readonly ssl?: true
    }
  | { readonly id: string; readonly route?: string; readonly gone: true }

/** Subscribers that the worker has on a channel now. */
export type SubscriberChange = readonly [channel: string, transport: Transport, subscribers: number]

/** What one publish came to in the worker: its number, and the receivers by transport. */
export type Receivers = readonly [publish: number, response: number, stream: number, message: number]

/** What a worker has counted since its last message, at most ten times a second. */
export interface StatsMessage {
  readonly type: 'stats'
  readonly routes: readonly RouteFigures[]
  /** From the handler's receipt to the write, one sample for what came together. */
  readonly publish?: HistogramCounts
  readonly connections?: readonly ConnectionChange[]
  readonly subscribers?: readonly SubscriberChange[]
  readonly receivers?: readonly Receivers[]
}
