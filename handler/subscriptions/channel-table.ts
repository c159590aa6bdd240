import type { WorkerPeer } from '../transmit/worker-peer.ts'

/** What must follow the set of subscribed channels: the ZeroMQ SUB input subscribes to exactly these (GRIP 5.3). */
export interface ChannelListener {
  subscribe(channel: string): void
  unsubscribe(channel: string): void
}

const NONE: ReadonlySet<WorkerPeer> = new Set()

/** Which workers want which channel. */
export class ChannelTable {
  readonly #workers = new Map<string, Set<WorkerPeer>>()
  #listener: ChannelListener | undefined

  get size(): number {
    return this.#workers.size
  }

  /** Tells the listener of every channel there is, and of each change from now on. */
  listen(listener: ChannelListener): void {
    this.#listener = listener
    for (const channel of this.#workers.keys()) listener.subscribe(channel)
  }

  workersOf(channel: string): ReadonlySet<WorkerPeer> {
    return this.#workers.get(channel) ?? NONE
  }

  subscribe(peer: WorkerPeer, channels: Iterable<string>): void {
    for (const channel of channels) {
      peer.channels.add(channel)
      const workers = this.#workers.get(channel)
      if (workers === undefined) {
        this.#workers.set(channel, new Set([peer]))
        this.#listener?.subscribe(channel)
      } else {
        workers.add(peer)
      }
    }
  }

  unsubscribe(peer: WorkerPeer, channels: Iterable<string>): void {
    for (const channel of channels) {
      peer.channels.delete(channel)
      const workers = this.#workers.get(channel)
      if (workers === undefined || !workers.delete(peer) || workers.size > 0) continue
      this.#workers.delete(channel)
      this.#listener?.unsubscribe(channel)
    }
  }
}
