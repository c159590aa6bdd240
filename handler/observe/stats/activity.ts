import type { RouteFigures } from '../../../shared/link/stats-message.ts'
import type { StatsSocket } from './stats-socket.ts'

/** `activity` and `counts` packets (GRIP 9.1): what happened since the last ones. */
export class Activity {
  readonly #socket: StatsSocket
  readonly #byRoute = new Map<string | undefined, number>()
  #requests = 0

  constructor(socket: StatsSocket) {
    this.#socket = socket
  }

  take({ route, activity = 0, requests = 0 }: RouteFigures): void {
    if (!this.#socket.isRead) return
    this.#requests += requests
    if (activity > 0) this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + activity)
  }

  /** Every tenth of a second. */
  flush(): void {
    for (const [route, count] of this.#byRoute) this.#socket.send('activity', { route, count })
    this.#byRoute.clear()
    if (this.#requests > 0) this.#socket.send('counts', { 'requests-received': this.#requests })
    this.#requests = 0
  }
}
