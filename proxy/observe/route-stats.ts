import type { RouteFigures } from '../../shared/link/stats-message.ts'
import { Histogram } from '../../shared/observe/histogram.ts'
import { Traffic } from './traffic.ts'

const SECONDS = 60

/** What is counted of the connections of a route, or of all routes without an id. */
export class RouteStats {
  requests = 0
  activity = 0
  sent = 0
  responses = 0
  blocks = 0
  readonly accept = new Histogram()
  readonly backend = new Histogram()
  readonly traffic = new Traffic()
  readonly #id: string | undefined
  #minutes = 0
  #connections = 0
  #peak = 0
  /** As the handler knows it. */
  #told: number | undefined
  /** Connections by the second of a minute in which they came: each has a full minute more when that second comes again. */
  readonly #cameIn = new Int32Array(SECONDS)
  #second = 0

  constructor(id: string | undefined) {
    this.#id = id
  }

  /** @returns what to give back to `closed`. */
  opened(): number {
    this.requests++
    this.activity++
    this.#minutes++
    this.#connections++
    if (this.#connections > this.#peak) this.#peak = this.#connections
    ;(this.#cameIn[this.#second] as number)++
    return this.#second
  }

  closed(second: number): void {
    this.#connections--
    ;(this.#cameIn[second] as number)--
  }

  /** A second has passed. */
  tick(): void {
    this.#second = (this.#second + 1) % SECONDS
    this.traffic.seconds++
    this.#minutes += this.#cameIn[this.#second] as number
  }

  /** The handler knows nothing of it any more. */
  forget(): void {
    this.#told = undefined
  }

  /** What has changed since the last call, undefined for nothing. */
  take(): RouteFigures | undefined {
    const accept = this.accept.take()
    const backend = this.backend.take()
    const traffic = this.traffic.take()
    this.activity += this.traffic.activeMinutes
    this.traffic.activeMinutes = 0
    const figures: RouteFigures = {
      ...(this.#id === undefined ? {} : { route: this.#id }),
      ...counted({
        requests: this.requests,
        activity: this.activity,
        minutes: this.#minutes,
        sent: this.sent,
        responses: this.responses,
        blocks: this.blocks,
      }),
      connections: this.#connections,
      peak: this.#peak,
      ...(accept === undefined ? {} : { accept }),
      ...(backend === undefined ? {} : { backend }),
      ...(traffic === undefined ? {} : { traffic }),
    }
    const hasChanged =
      this.activity + this.#minutes + this.sent > 0 ||
      this.#told !== this.#connections ||
      accept !== undefined ||
      backend !== undefined ||
      traffic !== undefined
    this.requests = this.activity = this.#minutes = this.sent = this.responses = this.blocks = 0
    this.#peak = this.#told = this.#connections
    return hasChanged ? figures : undefined
  }
}

function counted<Name extends string>(figures: Readonly<Record<Name, number>>): Partial<Record<Name, number>> {
  const some = Object.entries(figures).filter(([, figure]) => figure !== 0)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the entries are of the same record
  return Object.fromEntries(some) as Partial<Record<Name, number>>
}
