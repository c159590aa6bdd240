import type { RouteTotals } from '../route-totals.ts'
import type { StatsSocket } from './stats-socket.ts'

type Figure = 'minutes' | 'received' | 'sent' | 'responses' | 'blocksReceived' | 'blocksSent'

const FIGURES: readonly Figure[] = ['minutes', 'received', 'sent', 'responses', 'blocksReceived', 'blocksSent']

/** Bytes and messages that passed, which Pushpin counts; here they are not, but readers may expect the fields. */
const NOT_COUNTED = Object.fromEntries(
  ['client', 'server'].flatMap((end) =>
    ['header-bytes', 'content-bytes', 'messages'].flatMap((what) => [
      [`${end}-${what}-received`, 0],
      [`${end}-${what}-sent`, 0],
    ]),
  ),
)

/** The totals of a route at the time of its last report. */
interface Last {
  readonly figures: Readonly<Record<Figure, number>>
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
    this.#last.set(route, { figures: zero, time: performance.now() })
  }

  /** At each end of the interval. */
  send(totals: Iterable<readonly [route: string | undefined, totals: RouteTotals]>): void {
    const now = performance.now()
    for (const [route, total] of totals) {
      const { figures: before, time } = this.#last.get(route) ?? { figures: zero, time: now }
      const { minutes, received, sent, responses, blocksReceived, blocksSent } = total
      const figures = { minutes, received, sent, responses, blocksReceived, blocksSent }
      this.#last.set(route, { figures, time: now })
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
        ...NOT_COUNTED,
      })
      total.peak = total.connections
    }
  }
}

const zero: Last['figures'] = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as Record<Figure, number>
