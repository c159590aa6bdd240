import type { WorkerPeer } from '../transmit/worker-peer.ts'

/** What must follow the set of subscribed channels: the ZeroMQ SUB input (GRIP 5.3), the order of their items (GRIP 6.2). */
export interface ChannelListener {
  subscribe(channel: string): void
  unsubscribe(channel: string): void
}

const NONE: ReadonlySet<WorkerPeer> = new Set()

/** Which workers want which channel. */
export class ChannelTable {
  readonly #workers = new Map<string, Set<WorkerPeer>>()
  readonly #listeners: ChannelListener[] = []

  get size(): number {
    return this.#workers.size
  }

  /** Tells the listener of every channel there is, and of each change from now on. */
  listen(listener: ChannelListener): void {
    this.#listeners.push(listener)
    for (const channel of this.#workers.keys()) listener.subscribe(channel)
  }

  workersOf(channel: string): ReadonlySet<WorkerPeer> {
    return this.#workers.get(channel) ?? NONE
  }

  /** @returns those that nobody was subscribed to. */
  subscribe(peer: WorkerPeer, channels: Iterable<string>): string[] {
    const first: string[] = []
    for (const channel of channels) {
      peer.channels.add(channel)
      const workers = this.#workers.get(channel)
      if (workers === undefined) {
        this.#workers.set(channel, new Set([peer]))
        for (const listener of this.#listeners) listener.subscribe(channel)
        first.push(channel)
      } else {
        workers.add(peer)
      }
    }
    return first
  }

  unsubscribe(peer: WorkerPeer, channels: Iterable<string>): void {
    for (const channel of channels) {
      peer.channels.delete(channel)
      const workers = this.#workers.get(channel)
      if (workers === undefined || !workers.delete(peer) || workers.size > 0) continue
      this.#workers.delete(channel)
      for (const listener of this.#listeners) listener.unsubscribe(channel)
    }
  }
}
