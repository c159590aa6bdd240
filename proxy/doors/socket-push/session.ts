import { WS_MESSAGE } from '../../../shared/observe/transport.ts'
import type { Timer } from '../../hold/timer-wheel.ts'
import type { Delivery } from '../../send/delivery.ts'
import type { DoorContext } from '../door.ts'
import { DoorHold } from '../door-hold.ts'
import type { ClientSubscriptions } from './client-subscriptions.ts'
import type { Rendering } from './rendering.ts'
import type { SessionIds } from './session-ids.ts'
import type { User, Users, UserSession } from './users.ts'

/** What all connections of the door share. */
export interface SessionContext {
  readonly door: DoorContext
  readonly ids: SessionIds
  readonly users: Users
  readonly rendering: Rendering
  /** Milliseconds to the client's first right message; 0 for ever. */
  readonly authenticationTimeout: number
  /** Undefined: clients subscribe to nothing themselves. */
  readonly clientSubscriptions: ClientSubscriptions | undefined
  /** All there are, authenticated or not. */
  readonly sessions: Set<Session>
  /** What becomes of a text that an authenticated client says; undefined: nothing. */
  readonly broadcast: ((from: Session, user: number, text: string) => void) | undefined
}

/** Messages that a client may waste before it has authenticated. */
const MAX_ATTEMPTS = 10

const NO_CHANNELS: readonly string[] = []

/** A browser's connection, however it is made: it authenticates, then it gets what is published to its user. */
export abstract class Session extends DoorHold implements UserSession {
  readonly id: string
  readonly own = new Set<string>()
  protected readonly context: SessionContext
  #user: User | undefined
  /** The handler has confirmed the user's channels, and the client knows. */
  #isLive = false
  #isOver = false
  #attempts = 0
  #timer: Timer | undefined

  constructor(context: SessionContext) {
    super()
    const { door, authenticationTimeout, sessions } = context
    this.context = context
    this.id = door.nextId()
    sessions.add(this)
    door.count('socket_push_accepted')
    if (authenticationTimeout > 0) this.#timer = door.wheel.after(authenticationTimeout, () => this.#refuse())
  }

  get channels(): Iterable<string> {
    const channels = this.#user?.channels ?? NO_CHANNELS
    return this.own.size === 0 ? channels : new Set([...channels, ...this.own])
  }

  override get transport(): typeof WS_MESSAGE {
    return WS_MESSAGE
  }

  get isOver(): boolean {
    return this.#isOver
  }

  deliver(delivery: Delivery): boolean {
    return this.#isLive && this.send(delivery)
  }

  override goAway(): void {
    this.close()
  }

  /** Closes the connection, after what was sent. */
  close(): void {
    this.closed()
    this.shut()
  }

  /** Sends a JSON value, if the connection is still there. */
  tell(value: object): void {
    if (!this.#isOver) this.say(value)
  }

  /** Sends what was published. @returns whether there was anything in it. */
  protected abstract send(delivery: Delivery): boolean

  /** Sends a JSON value to this client alone. */
  protected abstract say(value: object): void

  /** Closes what the client is connected by, after what was sent; called once. */
  protected abstract shut(): void

  /** An application message has come. */
  protected received(text: string): void {
    if (this.#isOver) return
    const user = this.#user
    if (user === undefined) {
      this.#authenticate(text)
      return
    }
    const isTaken = this.context.clientSubscriptions?.take(text, user, this) === true
    if (!isTaken) this.context.broadcast?.(this, user.id, text)
  }

  /** The connection is gone, or is being closed. Harmless when it was before. */
  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#isLive = false
    this.#timer?.cancel()
    this.context.sessions.delete(this)
    if (this.#user !== undefined) this.context.users.disconnect(this.#user, this)
  }

  /** The client does not take what waits for it. */
  protected tooSlow(waiting: number): void {
    this.context.door.count('socket_push_cut')
    this.context.door.tooSlow(`socket-push user ${this.#user?.id}`, waiting)
    this.closed()
  }

  #authenticate(text: string): void {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      if (++this.#attempts < MAX_ATTEMPTS) this.say({ error: 'Auth failed' })
      else this.#refuse()
      return
    }
    const { userId, hash } = (message ?? {}) as { userId?: unknown; hash?: unknown }
    const user = typeof hash === 'string' ? this.context.ids.userOf(hash) : undefined
    if (user === undefined || !isSameUser(userId, user)) this.#refuse()
    else this.#connect(user)
  }

  #connect(user: number): void {
    this.#timer?.cancel()
    // Assigned before the table asks for the channels, which it does at once.
    this.#user = this.context.users.user(user)
    this.context.users.connect(this.#user, this, (live) => {
      if (live) {
        this.#isLive = true
        this.say({ auth: `Authorized as ${user}` })
      } else {
        this.say({ error: 'Service unavailable' })
        this.close()
      }
    })
  }

  #refuse(): void {
    this.say({ error: "You're not authorized" })
    this.close()
  }
}

/** Clients send it as a number or as a text. */
function isSameUser(claimed: unknown, user: number): boolean {
  return typeof claimed === 'string' ? claimed !== '' && Number(claimed) === user : claimed === user
}
