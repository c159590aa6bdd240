import { TRAFFIC_COUNTERS } from '../../../shared/observe/traffic-counters.ts'
import type { RouteTotals } from '../route-totals.ts'
import type { StatsSocket } from './stats-socket.ts'

type Figure = 'minutes' | 'received' | 'sent' | 'responses' | 'blocksReceived' | 'blocksSent'

/** The totals of a route at the time of its last report. */
interface Last {
  readonly figures: Readonly<Record<Figure, number>>
  readonly traffic: readonly number[]
  readonly time: number
}

/** `report` packets (GRIP 9.1): what each route has come to since its last one. */
export class Reports {
  readonly #socket: StatsSocket
  readonly #countsBlocks: boolean
  readonly #last = new Map<string | undefined, Last>()

  constructor(socket: StatsSocket, countsBlocks: boolean) {
    this.#socket = socket
    this.#countsBlocks = countsBlocks
  }

  /** A route is seen for the first time; nothing of it has been counted yet. */
  began(route: string | undefined): void {
    this.#last.set(route, { ...NOTHING, time: performance.now() })
  }

  /** At each end of the interval. */
  send(totals: Iterable<readonly [route: string | undefined, totals: RouteTotals]>): void {
    const now = performance.now()
    for (const [route, total] of totals) {
      const { figures: before, traffic, time } = this.#last.get(route) ?? { ...NOTHING, time: now }
      const { minutes, received, sent, responses, blocksReceived, blocksSent } = total
      const figures = { minutes, received, sent, responses, blocksReceived, blocksSent }
      this.#last.set(route, { figures, traffic: [...total.traffic], time: now })
      const since = (figure: Figure): number => figures[figure] - before[figure]
      this.#socket.send('report', {
        route,
        connections: total.peak,
        minutes: since('minutes'),
        received: since('received'),
        sent: since('sent'),
        'http-response-sent': since('responses'),
        'blocks-received': this.#countsBlocks ? since('blocksReceived') : undefined,
        'blocks-sent': this.#countsBlocks ? since('blocksSent') : undefined,
        duration: Math.round(now - time),
        ...Object.fromEntries(TRAFFIC_COUNTERS.map((name, i) => [name, (total.traffic[i] ?? 0) - (traffic[i] ?? 0)])),
      })
      total.peak = total.connections
    }
  }
}

const NOTHING: Omit<Last, 'time'> = {
  figures: { minutes: 0, received: 0, sent: 0, responses: 0, blocksReceived: 0, blocksSent: 0 },
  traffic: [],
}
