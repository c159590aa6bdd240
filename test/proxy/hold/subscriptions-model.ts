import assert from 'node:assert/strict'
import type * as fc from 'fast-check'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import type { SubscriptionLink } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import type { Clock } from './mock-clock.ts'

export const TIMEOUT = 1000

/** Somebody who holds channels, from `subscribe` until it leaves or is told no. */
export interface Holder {
  readonly channels: readonly string[]
  readonly since: number
  holding: boolean
  told: boolean[]
}

/** What a person with a notebook would know. */
export interface Model {
  readonly holders: Holder[]
  /** By channel that somebody wants: the last request that named it, 0 for none yet, and whether that was confirmed. */
  readonly wanted: Map<string, { request: number; confirmed: boolean }>
  /** Every request there ever was, with its channels. */
  readonly requests: Map<number, readonly string[]>
  isUp: boolean
}

/** The subscriptions under test, with a link that writes into the notebook. */
export class Real implements SubscriptionLink {
  readonly subscriptions = new Subscriptions(new TimerWheel(), TIMEOUT)
  readonly clock: Clock
  readonly model: Model

  constructor(clock: Clock, model: Model) {
    this.clock = clock
    this.model = model
  }

  subscribe(request: number, channels: readonly string[]): void {
    assert.ok(this.model.isUp, 'a message without a link')
    this.asked(request, channels)
  }

  unsubscribe(channels: readonly string[]): void {
    assert.ok(this.model.isUp, 'a message without a link')
    for (const channel of channels) assert.ok(!isWanted(this.model, channel), `${channel} is still wanted`)
  }

  forget(): void {}

  asked(request: number, channels: readonly string[]): void {
    assert.ok(!this.model.requests.has(request), 'a request number is used once')
    this.model.requests.set(request, channels)
    for (const channel of channels) this.model.wanted.set(channel, { request, confirmed: false })
  }

  leave(holder: Holder): void {
    holder.holding = false
    for (const channel of holder.channels) {
      if (isWanted(this.model, channel) || !this.model.wanted.delete(channel)) continue
      this.subscriptions.unsubscribe(channel)
    }
  }
}

function isWanted({ holders }: Model, channel: string): boolean {
  return holders.some((holder) => holder.holding && holder.channels.includes(channel))
}

/** Whether every channel's latest request was confirmed. */
function isLive({ wanted }: Model, { channels }: Holder): boolean {
  return channels.every((channel) => wanted.get(channel)?.confirmed === true)
}

/** What must hold whenever nothing is in progress. */
export function check(model: Model, { clock }: Real): void {
  for (const holder of model.holders) {
    assert.ok(holder.told.length <= 1, 'told twice')
    const age = clock.now - holder.since
    if (holder.holding && holder.told.length === 0) assert.ok(!isLive(model, holder), 'live and not told')
    if (age > TIMEOUT + 200) assert.equal(holder.told.length, 1, 'not told after the timeout')
    if (holder.told[0] === false) assert.ok(age >= TIMEOUT, 'told no before the timeout')
  }
}

type Command = fc.Command<Model, Real>

class Subscribe implements Command {
  readonly #channels: readonly string[]

  constructor(channels: readonly string[]) {
    this.#channels = channels
  }

  check(): boolean {
    return true
  }

  run(model: Model, real: Real): void {
    const holder: Holder = { channels: this.#channels, since: real.clock.now, holding: true, told: [] }
    model.holders.push(holder)
    for (const channel of holder.channels) {
      if (!model.wanted.has(channel)) model.wanted.set(channel, { request: 0, confirmed: false })
    }
    real.subscriptions.subscribe(holder.channels, (live) => {
      if (live && holder.holding) assert.ok(isLive(model, holder), 'told yes before the confirmation')
      holder.told.push(live)
      if (!live) real.leave(holder)
    })
    check(model, real)
  }

  toString(): string {
    return `subscribe(${this.#channels.join()})`
  }
}

class Leave implements Command {
  readonly #which: number

  constructor(which: number) {
    this.#which = which
  }

  check({ holders }: Readonly<Model>): boolean {
    return holders.some(({ holding }) => holding)
  }

  run(model: Model, real: Real): void {
    const holding = model.holders.filter((holder) => holder.holding)
    const holder = holding[this.#which % holding.length]
    if (holder !== undefined) real.leave(holder)
    check(model, real)
  }

  toString(): string {
    return `leave(${this.#which})`
  }
}

class LinkUp implements Command {
  check(): boolean {
    return true
  }

  run(model: Model, real: Real): void {
    const { request, channels } = real.subscriptions.linkUp(real)
    model.isUp = true
    assert.deepEqual([...channels].toSorted(), [...model.wanted.keys()].toSorted(), 'the greeting')
    real.asked(request, channels)
    check(model, real)
  }

  toString(): string {
    return 'linkUp'
  }
}

class LinkDown implements Command {
  check(): boolean {
    return true
  }

  run(model: Model, real: Real): void {
    model.isUp = false
    for (const channel of model.wanted.keys()) model.wanted.set(channel, { request: 0, confirmed: false })
    real.subscriptions.linkDown()
    check(model, real)
  }

  toString(): string {
    return 'linkDown'
  }
}

/** Of any request there ever was, in any order, also more than once. */
class Confirm implements Command {
  readonly #which: number

  constructor(which: number) {
    this.#which = which
  }

  check({ requests }: Readonly<Model>): boolean {
    return requests.size > 0
  }

  run(model: Model, real: Real): void {
    const request = [...model.requests.keys()].at(-1 - (this.#which % model.requests.size)) ?? 0
    for (const subscription of model.wanted.values()) {
      if (subscription.request === request) subscription.confirmed = true
    }
    real.subscriptions.confirm(request)
    check(model, real)
  }

  toString(): string {
    return `confirm(latest - ${this.#which})`
  }
}

class Wait implements Command {
  readonly #milliseconds: number

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  check(): boolean {
    return true
  }

  run(model: Model, real: Real): void {
    real.clock.advance(this.#milliseconds)
    check(model, real)
  }

  toString(): string {
    return `wait(${this.#milliseconds})`
  }
}

export const commands = { Subscribe, Leave, LinkUp, LinkDown, Confirm, Wait }
