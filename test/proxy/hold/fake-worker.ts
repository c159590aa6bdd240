import type { TestContext } from 'node:test'
import { FanOut } from '../../../proxy/hold/fan-out.ts'
import type { Hold } from '../../../proxy/hold/hold.ts'
import { HoldTable } from '../../../proxy/hold/hold-table.ts'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import type { Delivery } from '../../../proxy/send/delivery.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { HTTP_STREAM } from '../../../shared/observe/transport.ts'
import type { Log } from '../../../shared/log.ts'
import { someRoute } from './some-route.ts'
import { mockClock } from './mock-clock.ts'
import type { Clock } from './mock-clock.ts'
import { httpStream, publishItem } from '../../support/publish-item.ts'

const LINGER = 60

/** Counts what it gets. */
export class FakeHold implements Hold {
  readonly id: string
  readonly channels: readonly string[]
  readonly lingers: boolean
  readonly transport = HTTP_STREAM
  readonly route = someRoute()
  onItem: () => void = () => {}
  received = 0
  recovered = 0

  constructor(id: string, channels: readonly string[], lingers = true) {
    this.id = id
    this.channels = channels
    this.lingers = lingers
  }

  deliver({ httpStream }: Delivery): boolean {
    if (httpStream === undefined) return false
    this.received++
    this.onItem()
    return true
  }

  recover(): void {
    this.recovered++
  }

  refresh(): boolean {
    return false
  }

  goAway(): void {}
}

/** A hold table whose handler confirms everything at once, unless it is silent. */
export class Worker {
  readonly clock: Clock
  readonly lines: string[] = []
  readonly told: string[] = []
  /** Who joined and left what. */
  readonly watched: string[] = []
  readonly table: HoldTable
  readonly fanOut: FanOut
  isSilent = false
  readonly #subscriptions: Subscriptions
  readonly #requests: number[] = []

  constructor(t: TestContext, lingerSeconds = LINGER) {
    this.clock = mockClock(t)
    const wheel = new TimerWheel()
    this.#subscriptions = new Subscriptions(wheel, 10_000)
    const log = { info: (line: string) => void this.lines.push(line) } as unknown as Log
    this.table = new HoldTable(this.#subscriptions, wheel, lingerSeconds, {
      joined: ({ id }, channel) => void this.watched.push(`+${id} ${channel}`),
      left: ({ id }, channel) => void this.watched.push(`-${id} ${channel}`),
      removed() {},
    })
    this.fanOut = new FanOut(this.table, this.#subscriptions, log)
    const { request } = this.#subscriptions.linkUp({
      subscribe: (number, channels) => {
        this.told.push(`+${channels.join()}`)
        this.#requests.push(number)
        if (!this.isSilent) this.confirmAll()
      },
      unsubscribe: (channels) => void this.told.push(`-${channels.join()}`),
      forget: (channels) => void this.told.push(`?${channels.join()}`),
    })
    this.#subscriptions.confirm(request)
  }

  confirmAll(): void {
    for (const request of this.#requests.splice(0)) this.#subscriptions.confirm(request)
  }

  hold(id: string, channels: readonly string[], lingers = true): FakeHold {
    const hold = new FakeHold(id, channels, lingers)
    this.table.add(hold, () => {})
    return hold
  }

  publish(channel: string): void {
    this.fanOut.push([streamItem(channel)], () => {})
  }
}

export function streamItem(channel: string): PublishItem {
  return publishItem(channel, { httpStream: httpStream('x') })
}
