import type { PerTransport } from '../../shared/observe/transport.ts'
import type { Route } from '../choose/route.ts'
import type { Hold } from '../hold/hold.ts'

/** Who got a delivery, by transport and by route. */
export class Receivers {
  readonly all: PerTransport = [0, 0, 0]
  /** Of the routes with an explicit id. */
  readonly byRoute = new Map<Route, PerTransport>()
  readonly #byRoutes: boolean
  #route: Route | undefined
  #ofRoute: PerTransport = this.all

  /** @param byRoutes whether there are routes to tell apart: looking at the route of each of very many holds is not free. */
  constructor(byRoutes: boolean) {
    this.#byRoutes = byRoutes
  }

  get total(): number {
    return this.all[0] + this.all[1] + this.all[2]
  }

  add(hold: Hold): void {
    const { transport } = hold
    this.all[transport]++
    if (!this.#byRoutes) return
    const { route } = hold
    if (route === undefined || !route.explicitId) return
    // The next hold of a channel is mostly of the same route.
    if (route !== this.#route) {
      this.#route = route
      this.#ofRoute = this.byRoute.get(route) ?? [0, 0, 0]
      this.byRoute.set(route, this.#ofRoute)
    }
    this.#ofRoute[transport]++
  }
}
