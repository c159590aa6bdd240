import type { ConnectionChange } from '../../shared/link/stats-message.ts'
import type { RequestFacts } from '../accept/exchange.ts'
import type { RouteStats } from './route-stats.ts'

/** Changes kept for one message to the handler; with more, those behind are left out and counted. */
const MAX_CHANGES = 10_000

/** What is open between a client and the gateway: a request until its response has ended, a hold, a WebSocket. */
interface Connection {
  readonly id: string
  readonly stats: RouteStats
  readonly route: string | undefined
  readonly type: 'http' | 'ws'
  readonly peer: string | undefined
  readonly isSecure: boolean
  /** `performance.now()` */
  readonly began: number
  /** Of the route's stats. */
  readonly second: number
  /** When it has to be told again, `performance.now()`. */
  due: number
}

/** All connections of this worker. While somebody wants to know, also what becomes of each. */
export class Connections {
  /** In the order in which they have to be told again. */
  readonly #open = new Map<string, Connection>()
  readonly #refresh: number
  readonly #dropped: () => void
  #changes: ConnectionChange[] | undefined

  /** @param ttl seconds for which what was told of a connection is true. @param dropped told of each change that is left out. */
  constructor(ttl: number, dropped: () => void) {
    this.#refresh = ttl * 750
    this.#dropped = dropped
  }

  has(id: string): boolean {
    return this.#open.has(id)
  }

  opened({ id, route, scheme }: RequestFacts, peer: string | undefined, stats: RouteStats): void {
    const now = performance.now()
    const connection: Connection = {
      id,
      stats,
      route: route.explicitId ? route.id : undefined,
      type: scheme === 'ws' || scheme === 'wss' ? 'ws' : 'http',
      peer,
      isSecure: scheme === 'https' || scheme === 'wss',
      began: now,
      second: stats.opened(),
      due: now + this.#refresh,
    }
    this.#open.set(id, connection)
    if (this.#changes !== undefined) this.#tell(there(connection))
  }

  /** Harmless for one that has ended. */
  closed(id: string): void {
    const connection = this.#open.get(id)
    if (connection === undefined) return
    this.#open.delete(id)
    connection.stats.closed(connection.second)
    if (this.#changes !== undefined) this.#tell({ id, ...routeOf(connection), gone: true })
  }

  /** Milliseconds since the connection's request came; undefined when it has ended. */
  age(id: string): number | undefined {
    const connection = this.#open.get(id)
    return connection && performance.now() - connection.began
  }

  /** Whether changes are to be kept for `take`; when they are, all there is counts as one. */
  watch(isWatched: boolean): void {
    // What has not been told yet still is: somebody may only have begun to read something else.
    this.#changes = isWatched ? (this.#changes ?? []) : undefined
    // All are due, so they are told, as many at a time as a message takes.
    if (isWatched) for (const connection of this.#open.values()) connection.due = 0
  }

  /** What came, went or had to be told again since the last call. */
  take(): readonly ConnectionChange[] {
    const changes = this.#changes
    if (changes === undefined) return []
    const now = performance.now()
    for (const connection of this.#open.values()) {
      if (connection.due > now || changes.length >= MAX_CHANGES) break
      connection.due = now + this.#refresh
      // To the end of the order.
      this.#open.delete(connection.id)
      this.#open.set(connection.id, connection)
      changes.push(there(connection))
    }
    this.#changes = []
    return changes
  }

  #tell(change: ConnectionChange): void {
    if (this.#changes === undefined) return
    if (this.#changes.length < MAX_CHANGES) this.#changes.push(change)
    else this.#dropped()
  }
}

function there(connection: Connection): ConnectionChange {
  const { id, type, peer, isSecure } = connection
  return {
    id,
    ...routeOf(connection),
    type,
    ...(peer === undefined ? {} : { peer }),
    ...(isSecure ? { ssl: true } : {}),
  }
}

function routeOf({ route }: Connection): { route?: string } {
  return route === undefined ? {} : { route }
}
