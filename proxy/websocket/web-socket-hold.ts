import type {
  ControlMessage,
  KeepAlive,
  SendDelayed,
  SetMeta,
  Subscribe,
} from '../../shared/grip/control/control-message.ts'
import type { PublishItem, WsMessageFormat } from '../../shared/grip/item/publish-item.ts'
import { WS_MESSAGE } from '../../shared/observe/transport.ts'
import { uriOf } from '../accept/exchange.ts'
import type { Exchange, RequestFacts } from '../accept/exchange.ts'
import type { Route } from '../choose/route.ts'
import { knownFilters } from '../filter/apply-filters.ts'
import type { Post } from '../filter/filter.ts'
import type { Hold } from '../hold/hold.ts'
import { Intake } from '../hold/intake.ts'
import type { IntakeOwner } from '../hold/intake.ts'
import { KeepAliveClock } from '../hold/keep-alive.ts'
import { messageFrame } from '../send/delivery.ts'
import type { Delivery } from '../send/delivery.ts'
import { BetweenMessages } from './between-messages.ts'
import { DelayedMessage } from './delayed-message.ts'
import type { Session } from '../session/session.ts'
import { GOING_AWAY, INTERNAL_ERROR, sendableCode, TRY_AGAIN_LATER } from './frames/close-code.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Origin } from './origin.ts'
import type { Peer } from './peer.ts'
import type { WebSocketContext } from './web-socket-context.ts'

const MAX_FILTERS = 5

const NO_META: Readonly<Record<string, string>> = {}

/** A client's WebSocket whose backend speaks GRIP: gets what is published, and obeys the backend's control messages (GRIP 7.3). */
export class WebSocketHold implements Hold, IntakeOwner<WsMessageFormat> {
  readonly #facts: RequestFacts
  readonly #isUntrusted: boolean
  readonly #client: Peer
  readonly #outlet: BetweenMessages
  readonly #context: WebSocketContext
  readonly #channels = new Set<string>()
  /** Of the route's target; cannot be unsubscribed. */
  readonly #implicit: readonly string[]
  readonly #heartbeat: Heartbeat | undefined
  /** From the first channel with filters on. */
  #intake: Intake<WsMessageFormat> | undefined
  #meta: Readonly<Record<string, string>> = NO_META
  #origin: Origin | undefined
  #session: Session | undefined
  #keepAlive: KeepAliveClock | undefined
  #delayed: DelayedMessage | undefined
  #isOver = false

  constructor({ facts, tried }: Pick<Exchange, 'facts' | 'tried'>, client: Peer, context: WebSocketContext) {
    this.#facts = facts
    this.#isUntrusted = tried?.untrusted === true
    this.#client = client
    this.#outlet = new BetweenMessages(client)
    this.#implicit = [...new Set(tried?.subs)]
    this.#context = context
    if (context.pingInterval > 0) this.#heartbeat = new Heartbeat(client, context.wheel, context.pingInterval)
  }

  get id(): string {
    return this.#facts.id
  }

  get uri(): string {
    return uriOf(this.#facts)
  }

  get channels(): Iterable<string> {
    return this.#channels
  }

  get lingers(): boolean {
    return false
  }

  get transport(): typeof WS_MESSAGE {
    return WS_MESSAGE
  }

  get route(): Route {
    return this.#facts.route
  }

  /** From here on it can be published to. */
  start(origin: Origin): void {
    this.#origin = origin
    this.#context.table.add(this, () => {})
    for (const channel of this.#implicit) this.#join(channel)
  }

  deliver(delivery: Delivery): boolean {
    if (this.#intake !== undefined) return this.#intake.take(delivery)
    const format = delivery.wsMessage
    if (format === undefined) return false
    if (format.action === 'send') this.#send(delivery.frames(this.#client.compresses))
    else this.#act(format)
    this.#delivered(delivery.channel, delivery.ids)
    return true
  }

  get isOver(): boolean {
    return this.#isOver
  }

  formatOf(item: PublishItem): WsMessageFormat | undefined {
    return item.wsMessage
  }

  apply(format: WsMessageFormat, content: Buffer, { channel, id }: PublishItem): void {
    if (format.action === 'send') this.#send(messageFrame({ type: format.type, content }, this.#client.compresses))
    else this.#act(format)
    this.#delivered(channel, [id])
  }

  /** Items of WebSockets are not in any order. */
  outOfStep(): void {}

  filterFailed(message: string): void {
    if (this.#facts.debug) this.#close(INTERNAL_ERROR, message)
  }

  overflow(bytes: number): void {
    this.#context.tooSlow(this.uri, bytes)
    this.#close(TRY_AGAIN_LATER, 'too slow')
  }

  post(...request: Parameters<Post>): ReturnType<Post> {
    const behalf = { facts: this.#facts, untrusted: this.#isUntrusted }
    return this.#context.posts.of(behalf, () => !this.#isOver)(...request)
  }

  #delivered(channel: string, ids: readonly (string | undefined)[]): void {
    // Unless it was too slow, and not sent it.
    if (!this.#isOver) this.#session?.delivered(channel, ids)
  }

  #act(format: WsMessageFormat): void {
    if (format.action === 'close') this.#close(format.code, format.reason)
    else if (format.action === 'refresh') this.refresh()
  }

  recover(): void {}

  refresh(): boolean {
    return this.#origin?.refresh() === true
  }

  goAway(): void {
    this.#close(GOING_AWAY, '')
  }

  control(message: ControlMessage): void {
    // The backend may not know yet that its client has gone; whatever began now would never end.
    if (this.#isOver) return
    switch (message.type) {
      case 'subscribe':
        this.#subscribe(message)
        break
      case 'unsubscribe':
        this.#unsubscribe(this.#facts.route.prefix + message.channel)
        break
      case 'detach':
        this.#origin?.detach()
        this.#origin = undefined
        break
      case 'keep-alive':
        this.#setKeepAlive(message)
        break
      case 'send-delayed':
        this.#delayed ??= new DelayedMessage(this.#context.wheel, (delayed) => this.#sendDelayed(delayed))
        this.#delayed.set(message)
        break
      case 'flush-delayed':
        this.#delayed?.flush()
        break
      case 'set-meta':
        this.#setMeta(message)
        break
      case 'session':
        this.#setSession(message.id)
        break
    }
  }

  /** A message of the backend begins to be relayed. */
  beginMessage(): void {
    this.#outlet.begin()
  }

  /** It has been relayed whole, or never will be. */
  endMessage(): void {
    this.#keepAlive?.sent()
    this.#outlet.end()
  }

  /** The client has gone or is being closed. */
  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#heartbeat?.stop()
    this.#keepAlive?.stop()
    this.#delayed?.stop()
    this.#context.table.remove(this)
  }

  #subscribe({ channel, filters }: Subscribe): void {
    const { debug, route } = this.#facts
    if (filters.length > MAX_FILTERS) {
      this.#close(INTERNAL_ERROR, debug ? `too many filters for channel '${channel}'` : '')
      return
    }
    const name = route.prefix + channel
    const isNew = !this.#channels.has(name)
    if (isNew && this.#channels.size - this.#implicit.length >= this.#context.maxChannels) return
    const known = knownFilters(filters)
    if (known.length > 0) this.#intake ??= this.#startIntake()
    this.#intake?.subscribe(name, { name: channel, lastId: undefined, filters: known })
    if (isNew) this.#join(name)
  }

  /** From here on items are looked at one by one, those of other channels too: they keep their order. */
  #startIntake(): Intake<WsMessageFormat> {
    const intake = new Intake<WsMessageFormat>(this, this.#meta, this.#context.queueMax)
    const { prefix } = this.#facts.route
    for (const channel of this.#channels) {
      const name = this.#implicit.includes(channel) ? channel : channel.slice(prefix.length)
      intake.subscribe(channel, { name, lastId: undefined, filters: [] })
    }
    return intake
  }

  #setMeta({ name, value }: SetMeta): void {
    const { [name]: _replaced, ...others } = this.#meta
    this.#meta = value === undefined ? others : { ...others, [name]: value }
    if (this.#intake !== undefined) this.#intake.meta = this.#meta
  }

  /** What the backend says after it has subscribed may lead to a publish: it waits until that would be delivered. */
  #join(channel: string): void {
    this.#channels.add(channel)
    this.#origin?.pause()
    this.#context.table.join(this, channel, (live) => {
      if (live) this.#context.subscribed(this.uri, channel)
      this.#origin?.resume()
    })
  }

  #unsubscribe(channel: string): void {
    if (this.#implicit.includes(channel) || !this.#channels.delete(channel)) return
    this.#intake?.unsubscribe(channel)
    this.#context.table.leave(this, channel)
  }

  #setSession(id: string | undefined): void {
    const { session, prefix } = this.#facts.route
    this.#session = session && id !== undefined ? this.#context.session(id, prefix) : undefined
  }

  #setKeepAlive({ messageType, content, timeout, mode }: KeepAlive): void {
    this.#keepAlive?.stop()
    this.#keepAlive = undefined
    if (content === undefined) return
    const bytes = messageFrame({ type: messageType, content }, false)
    const { client } = this.#facts.traffic
    this.#keepAlive = new KeepAliveClock({ mode, timeout }, this.#context.wheel, () => {
      this.#send(bytes)
      client.frameSent(content.length, true)
      this.#context.keptAlive?.(this.route)
    })
  }

  #sendDelayed({ messageType, content }: SendDelayed): void {
    this.#send(messageFrame({ type: messageType, content }, false))
    this.#facts.traffic.client.frameSent(content.length, true)
  }

  #send(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return
    // Looked at before the write, so that one large message is no reason to close a client that keeps up.
    const { waiting } = this.#outlet
    if (waiting > this.#context.queueMax) {
      this.#context.tooSlow(this.uri, waiting)
      this.#close(TRY_AGAIN_LATER, 'too slow')
      return
    }
    this.#keepAlive?.sent()
    this.#outlet.send(bytes)
  }

  #close(code: number | undefined, reason: string): void {
    this.#client.close(sendableCode(code), reason)
    this.#origin?.close()
    this.closed()
  }
}
