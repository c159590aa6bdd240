import type { SubscriberChange } from '../../../shared/link/stats-message.ts'
import { MODES } from '../../../shared/observe/transport.ts'
import type { StatsSocket } from './stats-socket.ts'

/** Milliseconds after which a count that has changed is told. */
const SOON = 1000

/** Past this many channels that linger the one that has done so longest is told to be gone: each client could bring a new name. */
const MAX_LINGERING = 100_000

/** The subscribers of a mode on a channel. */
interface Entry {
  readonly channel: string
  readonly mode: (typeof MODES)[number]
  readonly byWorker: Map<string, number>
  /** When it has to be told again, `performance.now()`. */
  due: number
}

export interface SubscriberOptions {
  /** Seconds for which what was told is true. */
  readonly ttl: number
  /** Seconds that long polls count as subscribed after the last one (GRIP 6.7). */
  readonly linger: number
}

/** `sub` packets (GRIP 9.1): the subscribers of all workers, by channel and mode, kept while somebody reads them. */
export class SubscriberPackets {
  readonly #socket: StatsSocket
  readonly #options: SubscriberOptions
  /** With subscribers, in the order in which they have to be told again. */
  readonly #entries = new Map<string, Entry>()
  /** With a count that was not told, and when it has to be, in that order. */
  readonly #changed = new Map<Entry, number>()
  /** Without subscribers, and when that has to be told, in that order. */
  readonly #lingering = new Map<string, Entry>()

  constructor(socket: StatsSocket, options: SubscriberOptions) {
    this.#socket = socket
    this.#options = options
  }

  take(worker: string, changes: readonly SubscriberChange[]): void {
    for (const [channel, transport, subscribers] of changes) {
      const mode = MODES[transport]
      const key = `${mode} ${channel}`
      const entry = this.#entries.get(key)
      if (entry !== undefined) this.#change(entry, worker, subscribers)
      else if (subscribers > 0) this.#begin(key, { channel, mode, byWorker: new Map([[worker, subscribers]]), due: 0 })
    }
  }

  /** The worker will say all anew, or nothing more. */
  forget(worker: string): void {
    for (const entry of this.#entries.values()) if (entry.byWorker.has(worker)) this.#change(entry, worker, 0)
  }

  /** Nobody reads any more. */
  clear(): void {
    this.#entries.clear()
    this.#changed.clear()
    this.#lingering.clear()
  }

  /** Every tenth of a second. */
  flush(): void {
    const now = performance.now()
    for (const [entry, due] of this.#changed) {
      if (due > now) break
      this.#tell(entry)
    }
    for (const entry of this.#entries.values()) {
      if (entry.due > now) break
      this.#tell(entry)
    }
    for (const [key, entry] of this.#lingering) {
      if (entry.due > now && this.#lingering.size <= MAX_LINGERING) break
      this.#lingering.delete(key)
      this.#tellGone(entry)
    }
  }

  #begin(key: string, entry: Entry): void {
    // For those who read it has been there all the time.
    if (this.#lingering.delete(key)) this.#changed.set(entry, performance.now() + SOON)
    else this.#tell(entry)
    this.#entries.set(key, entry)
  }

  #change(entry: Entry, worker: string, subscribers: number): void {
    const { mode, channel, byWorker } = entry
    if (subscribers > 0) byWorker.set(worker, subscribers)
    else byWorker.delete(worker)
    if (byWorker.size > 0) {
      if (!this.#changed.has(entry)) this.#changed.set(entry, performance.now() + SOON)
      return
    }
    const key = `${mode} ${channel}`
    this.#entries.delete(key)
    this.#changed.delete(entry)
    if (mode !== 'response' || this.#options.linger === 0) {
      this.#tellGone(entry)
      return
    }
    entry.due = performance.now() + this.#options.linger * 1000
    this.#lingering.set(key, entry)
  }

  #tell(entry: Entry): void {
    const { mode, channel, byWorker } = entry
    const { ttl } = this.#options
    this.#changed.delete(entry)
    entry.due = performance.now() + ttl * 750
    // To the end of the order.
    const key = `${mode} ${channel}`
    if (this.#entries.delete(key)) this.#entries.set(key, entry)
    let subscribers = 0
    for (const count of byWorker.values()) subscribers += count
    this.#socket.send('sub', { mode, channel, ttl, subscribers })
  }

  #tellGone({ mode, channel }: Entry): void {
    this.#socket.send('sub', { mode, channel, unavailable: true })
  }
}
