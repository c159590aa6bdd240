import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { StatsMessage, Watched } from '../../shared/link/stats-message.ts'
import { blocksOf } from '../../shared/observe/blocks.ts'
import { Histogram } from '../../shared/observe/histogram.ts'
import type { WorkerListener } from '../transmit/worker-link.ts'
import type { Counters } from './counters.ts'
import { RouteTotals } from './route-totals.ts'
import { Activity } from './stats/activity.ts'
import { ConnectionPackets } from './stats/connections.ts'
import { MessagePackets } from './stats/messages.ts'
import type { PacketFormat } from './stats/packet.ts'
import { Reports } from './stats/report.ts'
import { StatsSocket } from './stats/stats-socket.ts'
import { SubscriberPackets } from './stats/subscribers.ts'

/** Milliseconds between two looks at what is to be told, while somebody reads it. */
const FLUSH_INTERVAL = 100

export interface ObserverOptions {
  readonly format: PacketFormat
  /** Seconds. */
  readonly connectionTtl: number
  readonly sendConnections: boolean
  /** Seconds. */
  readonly subscriptionTtl: number
  /** Seconds. */
  readonly subscriptionLinger: number
  /** Seconds; 0 or less for no reports. */
  readonly reportInterval: number
  /** Bytes; 0 or less counts no blocks. */
  readonly blockSize: number
}

/** Adds up what the workers count, and tells it on the stats socket (GRIP 9). */
export class Observer implements WorkerListener {
  /** By explicit id; all other routes together have undefined. */
  readonly routes = new Map<string | undefined, RouteTotals>()
  /** From the receipt of a message to its being written to the holds of a worker. */
  readonly publishToWrite = new Histogram()
  readonly #options: ObserverOptions
  readonly #counters: Counters
  readonly #socket: StatsSocket
  readonly #activity: Activity
  readonly #connections: ConnectionPackets
  readonly #subscribers: SubscriberPackets
  readonly #messages: MessagePackets
  readonly #reports: Reports
  readonly #others = new RouteTotals()
  #flushing: NodeJS.Timeout | undefined
  #reporting: NodeJS.Timeout | undefined
  #watched: Watched = { any: false, conn: false, sub: false, report: false }
  #tellWorkers: (watched: Watched) => void = () => {}

  constructor(options: ObserverOptions, counters: Counters) {
    const dropped = (): void => counters.count('stats_dropped')
    this.#options = options
    this.#counters = counters
    this.#socket = new StatsSocket(options.format, `handler_${process.pid}`, () => this.#watch(), dropped)
    this.#activity = new Activity(this.#socket)
    this.#connections = new ConnectionPackets(this.#socket, options.connectionTtl)
    this.#subscribers = new SubscriberPackets(this.#socket, {
      ttl: options.subscriptionTtl,
      linger: options.subscriptionLinger,
    })
    this.#messages = new MessagePackets(this.#socket, options.blockSize, dropped)
    this.#reports = new Reports(this.#socket, options.blockSize > 0)
    this.routes.set(undefined, this.#others)
    this.#reports.began(undefined)
  }

  /**
   * @param spec empty for no stats socket.
   * @param tellWorkers called when what is wanted of them changes.
   * @throws Error with one sentence when the spec cannot be bound.
   */
  async start(spec: string, tellWorkers: (watched: Watched) => void): Promise<void> {
    this.#tellWorkers = tellWorkers
    if (spec !== '') await this.#socket.start(spec)
    const { reportInterval } = this.#options
    if (reportInterval > 0) this.#reporting = setInterval(() => this.#reports.send(this.routes), reportInterval * 1000)
  }

  close(): void {
    clearInterval(this.#flushing)
    clearInterval(this.#reporting)
    this.#socket.close()
  }

  /** What the workers are to tell. */
  get watched(): Watched {
    return this.#watched
  }

  /** An item was taken from a publisher. */
  received(item: PublishItem): void {
    this.#others.received++
    const { blockSize } = this.#options
    // GRIP 9.2
    if (blockSize > 0) this.#others.blocksReceived += Math.max(...blocksOf(item, blockSize))
  }

  /** @returns the number under which the workers are to tell the item's receivers; 0 when nobody wants to know. */
  published(item: PublishItem, workers: Iterable<{ readonly name: string }>): number {
    return this.#messages.published(item, workers)
  }

  stats(worker: string, { routes, publish, connections, subscribers, receivers }: StatsMessage): void {
    for (const figures of routes) {
      this.#of(figures.route).add(worker, figures)
      this.#activity.take(figures)
    }
    if (publish !== undefined) this.publishToWrite.add(publish)
    if (connections !== undefined) this.#connections.take(connections)
    if (subscribers !== undefined && this.#watched.sub) this.#subscribers.take(worker, subscribers)
    if (receivers !== undefined) this.#messages.take(worker, receivers)
  }

  gone(worker: string, undelivered: number): void {
    if (undelivered > 0) this.#counters.count('messages_lost', undelivered)
    for (const totals of this.routes.values()) totals.forget(worker)
    this.#subscribers.forget(worker)
    this.#messages.forget(worker)
  }

  #of(route: string | undefined): RouteTotals {
    const known = this.routes.get(route)
    if (known !== undefined) return known
    const totals = new RouteTotals()
    this.routes.set(route, totals)
    this.#reports.began(route)
    return totals
  }

  #watch(): void {
    const watched: Watched = {
      any: this.#socket.isRead,
      conn: this.#options.sendConnections && this.#socket.isWatched('conn'),
      sub: this.#socket.isWatched('sub'),
      report: this.#options.reportInterval > 0 && this.#socket.isWatched('report'),
    }
    const before = this.#watched
    this.#watched = watched
    if (!watched.sub) this.#subscribers.clear()
    if (watched.any !== before.any) clearInterval(this.#flushing)
    if (watched.any && !before.any) this.#flushing = setInterval(() => this.#flush(), FLUSH_INTERVAL)
    // The number of an item is all that workers need to know of who reads `message`.
    const names = ['any', 'conn', 'sub', 'report'] as const
    if (names.some((name) => watched[name] !== before[name])) this.#tellWorkers(watched)
  }

  #flush(): void {
    this.#activity.flush()
    this.#subscribers.flush()
    this.#messages.flush()
  }
}
