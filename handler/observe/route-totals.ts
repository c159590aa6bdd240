import type { RouteFigures } from '../../shared/link/stats-message.ts'
import { Histogram } from '../../shared/observe/histogram.ts'
import { TRAFFIC_COUNTERS } from '../../shared/observe/traffic-counters.ts'

/** What all workers have counted on a route since the handler's start; never goes back, except for the connections. */
export class RouteTotals {
  requests = 0
  minutes = 0
  /** Items published; counted under the routes without an id. */
  received = 0
  sent = 0
  responses = 0
  blocksReceived = 0
  blocksSent = 0
  /** Connections now. */
  connections = 0
  /** The most at a time since it was set. */
  peak = 0
  readonly accept = new Histogram()
  readonly backend = new Histogram()
  /** In the order of `TRAFFIC_COUNTERS`; counted while somebody reads reports. */
  readonly traffic: number[] = TRAFFIC_COUNTERS.map(() => 0)
  /** Connections of each worker. */
  readonly #byWorker = new Map<string, number>()

  add(worker: string, figures: RouteFigures): void {
    this.requests += figures.requests ?? 0
    this.minutes += figures.minutes ?? 0
    this.sent += figures.sent ?? 0
    this.responses += figures.responses ?? 0
    this.blocksSent += figures.blocks ?? 0
    if (figures.accept !== undefined) this.accept.add(figures.accept)
    if (figures.backend !== undefined) this.backend.add(figures.backend)
    for (const [i, count] of (figures.traffic ?? []).entries()) this.traffic[i] = (this.traffic[i] ?? 0) + count
    const others = this.connections - (this.#byWorker.get(worker) ?? 0)
    // Their most may have been at another time; with ten messages a second that is near enough.
    this.peak = Math.max(this.peak, others + figures.peak)
    this.connections = others + figures.connections
    this.#byWorker.set(worker, figures.connections)
  }

  /** The worker has gone, and its connections with it. */
  forget(worker: string): void {
    this.connections -= this.#byWorker.get(worker) ?? 0
    this.#byWorker.delete(worker)
  }
}
