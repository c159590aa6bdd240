import type { Hold } from '../../hold/hold.ts'
import type { HoldTable } from '../../hold/hold-table.ts'
import type { Timer, TimerWheel } from '../../hold/timer-wheel.ts'
import { CallError } from './services/call-error.ts'

/** A connection that belongs to a user. */
export interface UserSession extends Hold {
  /** As on the bus: what it has subscribed to for itself, among its channels. */
  readonly own: Set<string>
  /** Closes it, after what was sent to it. */
  close(): void
}

/** Somebody who is connected, or has subscriptions. */
export interface User {
  readonly id: number
  /** As on the bus, with the user's own channel; shared by all connections. */
  readonly channels: Set<string>
  readonly sessions: Set<UserSession>
  /** Runs after the last connection has closed. */
  leaving: Timer | undefined
}

export interface UsersOptions {
  readonly table: HoldTable
  readonly wheel: TimerWheel
  readonly prefix: string
  /** Milliseconds that subscriptions outlast the last connection. */
  readonly grace: number
}

/** Begins the bus channel of each user: other channels must not, or whoever chooses their names could listen to a user. */
const USER_CHANNEL = 'user:'

const MAX_CHANNEL_BYTES = 1024

/** Of all users together. */
const MAX_SUBSCRIPTIONS = 1_000_000

/** Who is connected, and who is subscribed to what. Subscriptions belong to the user, whose connections all get each message. */
export class Users {
  readonly #users = new Map<number, User>()
  readonly #subscribers = new Map<string, Set<User>>()
  #subscriptions = 0
  readonly #options: UsersOptions

  constructor(options: UsersOptions) {
    this.#options = options
  }

  /** @throws {CallError} for a name that no channel can have. */
  busName(channel: string): string {
    if (channel.startsWith(USER_CHANNEL)) throw new CallError(500, 'Channel names that begin with user: are reserved')
    if (Buffer.byteLength(channel) > MAX_CHANNEL_BYTES) throw new CallError(500, 'Channel name too long')
    return this.#options.prefix + channel
  }

  busNameOf(user: number): string {
    return `${this.#options.prefix}${USER_CHANNEL}${user}`
  }

  /** `onLive` tells, once, whether everything published from now on will reach the connection; with false it is not the user's. */
  connect(user: User, session: UserSession, onLive: (live: boolean) => void): void {
    user.leaving?.cancel()
    user.leaving = undefined
    user.sessions.add(session)
    this.#options.table.add(session, onLive)
  }

  /** The connection has closed. */
  disconnect(user: User, session: UserSession): void {
    if (!user.sessions.delete(session)) return
    this.#options.table.remove(session)
    this.#subscriptions -= session.own.size
    session.own.clear()
    if (user.sessions.size > 0) return
    const { grace, wheel } = this.#options
    if (grace === 0) this.unsubscribeAll(user.id)
    else if (user.channels.size > 1) user.leaving = wheel.after(grace, () => this.unsubscribeAll(user.id))
    this.#forgetIfIdle(user)
  }

  isConnected(id: number): boolean {
    return (this.#users.get(id)?.sessions.size ?? 0) > 0
  }

  connected(): number[] {
    return Array.from(this.#users.values()).flatMap(({ id, sessions }) => (sessions.size > 0 ? [id] : []))
  }

  /** Closes the user's connections and removes its subscriptions at once. */
  remove(id: number): void {
    this.unsubscribeAll(id)
    for (const session of this.#users.get(id)?.sessions ?? []) session.close()
  }

  /** Resolves when messages of the channel reach the user's connections, with false when the handler did not confirm that in time. */
  async subscribe(id: number, channel: string): Promise<boolean> {
    const name = this.busName(channel)
    const user = this.#users.get(id)
    if (user?.channels.has(name) !== true && this.#subscriptions >= MAX_SUBSCRIPTIONS) {
      throw new CallError(500, 'Too many subscriptions')
    }
    return this.#subscribe(user ?? this.user(id), channel, name)
  }

  async #subscribe(user: User, channel: string, name: string): Promise<boolean> {
    if (!user.channels.has(name)) {
      user.channels.add(name)
      this.#subscriptions++
      const subscribers = this.#subscribers.get(channel)
      if (subscribers === undefined) this.#subscribers.set(channel, new Set([user]))
      else subscribers.add(user)
    }
    const { table } = this.#options
    const joins = Array.from(
      user.sessions,
      (session) => new Promise<boolean>((resolve) => table.join(session, name, resolve)),
    )
    return (await Promise.all(joins)).every(Boolean)
  }

  unsubscribe(id: number, channel: string): void {
    const user = this.#users.get(id)
    const name = this.busName(channel)
    if (user === undefined || !user.channels.delete(name)) return
    this.#subscriptions--
    const subscribers = this.#subscribers.get(channel)
    subscribers?.delete(user)
    if (subscribers?.size === 0) this.#subscribers.delete(channel)
    for (const session of user.sessions) if (!session.own.has(name)) this.#options.table.leave(session, name)
    this.#forgetIfIdle(user)
  }

  /** A channel for one connection alone. Resolves as `subscribe` does. @throws {CallError} */
  join(session: UserSession, channel: string): Promise<boolean> {
    const name = this.busName(channel)
    if (!session.own.has(name)) {
      if (this.#subscriptions >= MAX_SUBSCRIPTIONS) throw new CallError(500, 'Too many subscriptions')
      session.own.add(name)
      this.#subscriptions++
    }
    return new Promise((resolve) => this.#options.table.join(session, name, resolve))
  }

  /** The connection alone gets it no more, unless its user does. */
  part(user: User, session: UserSession, channel: string): void {
    const name = this.#options.prefix + channel
    if (!session.own.delete(name)) return
    this.#subscriptions--
    if (!user.channels.has(name)) this.#options.table.leave(session, name)
  }

  unsubscribeAll(id: number): void {
    for (const channel of this.subscriptionsOf(id)) this.unsubscribe(id, channel)
  }

  subscriptionsOf(id: number): string[] {
    const own = this.busNameOf(id)
    const names = Array.from(this.#users.get(id)?.channels ?? [])
    return names.filter((name) => name !== own).map((name) => name.slice(this.#options.prefix.length))
  }

  subscribersOf(channel: string): number[] {
    return Array.from(this.#subscribers.get(channel) ?? [], ({ id }) => id)
  }

  /** Channels with a subscriber. */
  channels(): string[] {
    return [...this.#subscribers.keys()]
  }

  /** To be connected or subscribed at once: a user with neither is nobody. */
  user(id: number): User {
    let user = this.#users.get(id)
    if (user === undefined) {
      user = { id, channels: new Set([this.busNameOf(id)]), sessions: new Set(), leaving: undefined }
      this.#users.set(id, user)
    }
    return user
  }

  #forgetIfIdle(user: User): void {
    if (user.sessions.size > 0 || user.channels.size > 1) return
    user.leaving?.cancel()
    this.#users.delete(user.id)
  }
}
