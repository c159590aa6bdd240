import type { StatsMessage, Watched } from '../../shared/link/stats-message.ts'
import { blocksOf } from '../../shared/observe/blocks.ts'
import { machineTime } from '../../shared/observe/clock.ts'
import { Histogram } from '../../shared/observe/histogram.ts'
import type { PerTransport } from '../../shared/observe/transport.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Route } from '../choose/route.ts'
import type { DeliveryCounter } from '../hold/fan-out.ts'
import type { Hold } from '../hold/hold.ts'
import type { Delivery } from '../send/delivery.ts'
import { Connections } from './connections.ts'
import { Published } from './published.ts'
import { Receivers } from './receivers.ts'
import { RouteStats } from './route-stats.ts'
import { Subscribers } from './subscribers.ts'

/** Explicit route ids that are counted on their own; a routes file that keeps changing could bring any number. */
const MAX_ROUTES = 1000

export interface WorkerStatsOptions {
  /** Seconds; see `stats_connection_ttl`. */
  readonly connectionTtl: number
  /** Bytes; 0 counts no blocks. */
  readonly blockSize: number
}

/** What a worker counts, for the stats socket and the metrics of the handler (GRIP 9). */
export class WorkerStats implements DeliveryCounter {
  readonly connections: Connections
  readonly subscribers = new Subscribers()
  readonly published: Published
  readonly #publish = new Histogram()
  readonly #others = new RouteStats(undefined)
  readonly #byId = new Map<string, RouteStats>()
  readonly #blockSize: number
  readonly #dropped: () => void
  #isTrafficWatched = false

  /** @param count adds one to a counter. */
  constructor({ connectionTtl, blockSize }: WorkerStatsOptions, count: (name: string) => void) {
    this.#dropped = () => count('stats_dropped')
    this.connections = new Connections(connectionTtl, this.#dropped)
    this.published = new Published(this.#dropped)
    this.#blockSize = blockSize
  }

  /** Of a route with an explicit id; of all others together. */
  of({ explicitId, id }: Route): RouteStats {
    if (!explicitId) return this.#others
    let stats = this.#byId.get(id)
    if (stats === undefined) {
      if (this.#byId.size >= MAX_ROUTES) return this.#others
      stats = new RouteStats(id)
      stats.traffic.watch(this.#isTrafficWatched)
      this.#byId.set(id, stats)
    }
    return stats
  }

  opened({ facts, req }: Exchange): void {
    facts.traffic.clientRequest(req)
    this.connections.opened(facts, req.socket.remoteAddress, this.of(facts.route))
  }

  /** The connection is a WebSocket, whose end no response shows. */
  upgraded(exchange: Exchange): void {
    const { facts, req } = exchange
    this.accepted(exchange)
    req.socket.once('close', () => this.connections.closed(facts.id))
  }

  /** The request is held, and live, or its connection is a WebSocket. */
  accepted({ facts, isRetry }: Exchange): void {
    const age = isRetry ? undefined : this.connections.age(facts.id)
    if (age !== undefined) this.of(facts.route).accept.observe(age)
  }

  keptAlive(route: Route): void {
    this.of(route).activity++
  }

  retried({ facts }: Exchange): void {
    this.of(facts.route).activity++
  }

  /** A backend has answered. */
  answered({ facts }: Exchange, milliseconds: number): void {
    this.of(facts.route).backend.observe(milliseconds)
  }

  /** What came together from the handler has been written. @param received `machineTime()` of the oldest. */
  written(received: number): void {
    this.#publish.observe(machineTime() - received)
  }

  begin(): Receivers {
    return new Receivers(this.#byId.size > 0)
  }

  delivered(delivery: Delivery, receivers: Receivers): void {
    const rest: PerTransport = receivers.byRoute.size === 0 ? receivers.all : [...receivers.all]
    for (const [route, some] of receivers.byRoute) {
      this.#sent(this.of(route), delivery, some)
      for (const transport of [0, 1, 2] as const) rest[transport] -= some[transport]
    }
    this.#sent(this.#others, delivery, rest)
    this.published.delivered(delivery, receivers.all)
  }

  /** Once a second. */
  tick(): void {
    this.#others.tick()
    for (const stats of this.#byId.values()) stats.tick()
  }

  /** What the handler wants to know; it has forgotten what it was told before. @param holds all there are. */
  watch({ conn, sub, report }: Watched, holds: Iterable<Hold>): void {
    this.#isTrafficWatched = report
    for (const stats of [this.#others, ...this.#byId.values()]) {
      stats.forget()
      stats.traffic.watch(report)
    }
    this.connections.watch(conn)
    this.subscribers.watch(sub ? holds : undefined)
  }

  /** What has changed since the last call; undefined for nothing. */
  take(): StatsMessage | undefined {
    const routes = [this.#others, ...this.#byId.values()].flatMap((stats) => stats.take() ?? [])
    const publish = this.#publish.take()
    const connections = this.connections.take()
    const subscribers = this.subscribers.take()
    const receivers = this.published.take()
    const isEmpty = routes.length + connections.length + subscribers.length + receivers.length === 0
    if (isEmpty && publish === undefined) return undefined
    return {
      type: 'stats',
      routes,
      ...(publish === undefined ? {} : { publish }),
      ...(connections.length === 0 ? {} : { connections }),
      ...(subscribers.length === 0 ? {} : { subscribers }),
      ...(receivers.length === 0 ? {} : { receivers }),
    }
  }

  #sent(stats: RouteStats, { items }: Delivery, receivers: Readonly<PerTransport>): void {
    const [responses, streams, messages] = receivers
    if (responses + streams + messages === 0) return
    stats.responses += responses
    stats.sent += responses
    const { client } = stats.traffic
    let isAnswered = false
    for (const { httpStream, wsMessage } of items) {
      if (httpStream?.action === 'send') client.contentSent += streams * httpStream.content.length
      if (wsMessage?.action !== 'send') continue
      client.contentSent += messages * wsMessage.content.length
      client.messagesSent += messages
    }
    for (const item of items) {
      if (item.httpStream !== undefined) stats.sent += streams
      if (item.wsMessage !== undefined) stats.sent += messages
      if (this.#blockSize <= 0) continue
      const [response, stream, message] = blocksOf(item, this.#blockSize)
      // The first one has answered all long polls.
      if (item.httpResponse !== undefined && !isAnswered) {
        stats.blocks += responses * response
        isAnswered = true
      }
      stats.blocks += streams * stream + messages * message
    }
  }
}
