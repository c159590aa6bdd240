import type { Timer, TimerWheel } from './timer-wheel.ts'

/** The part of the link to the handler that subscriptions need. */
export interface SubscriptionLink {
  subscribe(request: number, channels: readonly string[]): void
  unsubscribe(channels: readonly string[]): void
  forget(channels: readonly string[]): void
}

interface Subscription {
  /** The request whose confirmation makes it live; an older one, from before an unsubscribe, must not. */
  request: number
  confirmed: boolean
  /** Id of the item that came last on the channel, if it had one (GRIP 6.2). */
  lastId: string | undefined
  readonly waiters: Set<Waiter>
}

interface Waiter {
  missing: number
  timer: Timer | undefined
  onLive: ((live: boolean) => void) | undefined
}

const NO_IDS: ReadonlyMap<string, string> = new Map()

/**
 * Which channels this worker wants of the handler, and which of them the handler has confirmed. Knows nothing of holds. While the
 * handler is gone, what is wanted stays wanted and is said again when it is back; whoever subscribes then waits a bounded time.
 */
export class Subscriptions {
  readonly #byChannel = new Map<string, Subscription>()
  readonly #requests = new Map<number, readonly string[]>()
  readonly #wheel: TimerWheel
  readonly #timeout: number
  #link: SubscriptionLink | undefined
  #lastRequest = 0

  /** @param timeout milliseconds a subscriber waits for the handler's confirmation. */
  constructor(wheel: TimerWheel, timeout: number) {
    this.#wheel = wheel
    this.#timeout = timeout
  }

  /** `onLive` is called once, at once when every channel is confirmed already, which costs no message. */
  subscribe(channels: readonly string[], onLive: (live: boolean) => void): void {
    const waiter: Waiter = { missing: 0, timer: undefined, onLive }
    const fresh: string[] = []
    for (const channel of channels) {
      let subscription = this.#byChannel.get(channel)
      if (subscription === undefined) {
        subscription = { request: 0, confirmed: false, lastId: undefined, waiters: new Set() }
        this.#byChannel.set(channel, subscription)
        fresh.push(channel)
      }
      if (!subscription.confirmed) {
        subscription.waiters.add(waiter)
        waiter.missing++
      }
    }
    if (waiter.missing === 0) {
      onLive(true)
      return
    }
    waiter.timer = this.#wheel.after(this.#timeout, () => {
      for (const channel of channels) this.#byChannel.get(channel)?.waiters.delete(waiter)
      settle(waiter, false)
    })
    if (this.#link !== undefined && fresh.length > 0) this.#link.subscribe(this.#request(fresh), fresh)
  }

  unsubscribe(channel: string): void {
    if (this.#byChannel.delete(channel)) this.#link?.unsubscribe([channel])
  }

  /** Id of the item sent last on the channel, by whichever worker's account. */
  lastId(channel: string): string | undefined {
    return this.#byChannel.get(channel)?.lastId
  }

  /** An item of the channel begins to be handed to the holds there are; those made from here on are behind it. */
  published(channel: string, id: string | undefined): void {
    const subscription = this.#byChannel.get(channel)
    if (subscription !== undefined) subscription.lastId = id
  }

  /** The channel's last item does not count any more, here and in the handler. */
  forget(channel: string): void {
    this.published(channel, undefined)
    this.#link?.forget([channel])
  }

  /** The same of all channels; the handler knows. */
  forgetAll(): void {
    for (const subscription of this.#byChannel.values()) subscription.lastId = undefined
  }

  /** The handler can be reached (again). @returns the request number and the channels to greet it with. */
  linkUp(link: SubscriptionLink): { request: number; channels: readonly string[] } {
    this.linkDown()
    this.#link = link
    const channels = [...this.#byChannel.keys()]
    return { request: this.#request(channels), channels }
  }

  linkDown(): void {
    this.#link = undefined
    this.#requests.clear()
    for (const subscription of this.#byChannel.values()) subscription.confirmed = false
  }

  /** The handler has confirmed a request. @param lastIds of those of its channels on which something was sent before. */
  confirm(request: number, lastIds: ReadonlyMap<string, string> = NO_IDS): void {
    const channels = this.#requests.get(request)
    if (channels === undefined) return
    this.#requests.delete(request)
    for (const channel of channels) {
      const subscription = this.#byChannel.get(channel)
      if (subscription === undefined || subscription.request !== request) continue
      subscription.confirmed = true
      subscription.lastId = lastIds.get(channel)
      const waiters = [...subscription.waiters]
      subscription.waiters.clear()
      for (const waiter of waiters) if (--waiter.missing === 0) settle(waiter, true)
    }
  }

  #request(channels: readonly string[]): number {
    const request = ++this.#lastRequest
    this.#requests.set(request, channels)
    for (const channel of channels) {
      const subscription = this.#byChannel.get(channel)
      if (subscription !== undefined) subscription.request = request
    }
    return request
  }
}

function settle(waiter: Waiter, live: boolean): void {
  const { onLive } = waiter
  if (onLive === undefined) return
  waiter.onLive = undefined
  waiter.timer?.cancel()
  onLive(live)
}
