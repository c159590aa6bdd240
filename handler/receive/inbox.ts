import type { PublishItem } from '../../shared/grip/item/publish-item.ts'

/** What every publish input hands its items to. Inputs parse and answer; the inbox sequences and delivers. */
export interface Inbox {
  /**
   * Takes all items, in order, or none of them.
   * @returns false when what waits for the workers is at its limit: an input that can answer says so to its publisher,
   *   one that cannot stops reading until `ready()`.
   */
  publish(items: readonly PublishItem[]): boolean
  /** Resolves when `publish` would take items again. */
  ready(): Promise<void>
}

/** What the command socket and the HTTP API can ask of the proxy's workers (GRIP 5.4, 6.6). */
export interface WorkerCommands {
  /** Asks the holds to fetch anew what they may have missed. */
  recover(): void
  /** @returns those of the connection ids that exist. Rejects when the workers do not answer in 10 s, as the others do. */
  connCheck(ids: readonly string[]): Promise<string[]>
  /** @returns whether there is a WebSocket-over-HTTP connection of that id, whose backend is asked for news then. */
  refresh(id: string): Promise<boolean>
  /** The same for all connections of a channel. */
  refreshChannel(channel: string): Promise<void>
}
