import type { Transport } from '../../shared/observe/transport.ts'
import type { Route } from '../choose/route.ts'
import type { Delivery } from '../send/delivery.ts'

/**
 * A client connection kept open for channels. Long polls, streams and every other way of holding implement this; the hold
 * table calls it and knows nothing else of clients.
 */
export interface Hold {
  /** Unique among all workers. */
  readonly id: string
  /** As subscribed: with the route's prefix. */
  readonly channels: Iterable<string>
  /** What it takes of an item. */
  readonly transport: Transport
  /** That its request took, for stats; undefined for a door's client, which took none. */
  readonly route: Route | undefined
  /** A response hold's channels stay subscribed for a while after it ended (GRIP 6.7). */
  readonly lingers: boolean
  /**
   * Gives the client what it takes of a published item. A client too slow for it is cut here, not waited for.
   * @returns whether the item had anything for this hold.
   */
  deliver(delivery: Delivery): boolean
  /** Asks the backend anew for what may have been missed; nothing for a hold that cannot (GRIP 6.6). */
  recover(): void
  /** Its request has been sent to the backend again already. */
  readonly isRetry?: boolean
  /** Asks the backend for what was lost, if it can be told what the client has: otherwise what is published meanwhile could be missed, too. */
  catchUp?(): void
  /** Asks a backend that is spoken to over HTTP for news. @returns false for a hold that has none (GRIP 7.4). */
  refresh(): boolean
  /** The worker ends: a client that can be told so is told. */
  goAway(): void
}
