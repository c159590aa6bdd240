import type {
  ControlMessage,
  KeepAlive,
  MessageType,
  SendDelayed,
  Subscribe,
} from '../../shared/grip/control/control-message.ts'
import { uriOf } from '../accept/exchange.ts'
import type { RequestFacts } from '../accept/exchange.ts'
import type { Hold } from '../hold/hold.ts'
import type { HoldTable } from '../hold/hold-table.ts'
import { KeepAliveClock } from '../hold/keep-alive.ts'
import type { Timer, TimerWheel } from '../hold/timer-wheel.ts'
import type { Delivery } from '../send/delivery.ts'
import { GOING_AWAY, INTERNAL_ERROR, sendableCode, TRY_AGAIN_LATER } from './frames/close-code.ts'
import { frame } from './frames/frame-writer.ts'
import { OPCODES } from './frames/frame.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Peer } from './peer.ts'

/** What all WebSockets of a worker share. */
export interface WebSocketContext {
  readonly table: HoldTable
  readonly wheel: TimerWheel
  /** Bytes that may wait for a client before it is closed. */
  readonly queueMax: number
  /** Channels that control messages may subscribe a connection to (GRIP 7.3). */
  readonly maxChannels: number
  /** Milliseconds of silence after which a client is pinged; 0 for never. */
  readonly pingInterval: number
  subscribed(uri: string, channel: string): void
  unfiltered(uri: string, channel: string, filters: readonly string[]): void
  tooSlow(uri: string, waiting: number): void
}

/** The backend's end of a WebSocket, as far as its hold needs it. */
export interface Origin {
  /** What the backend says next has to wait until `resume`. */
  pause(): void
  resume(): void
  /** Lets go of the backend; the client stays (GRIP 7.3). */
  detach(): void
  /** Lets go of the backend, because the client is being closed. */
  close(): void
  /** Asks a backend that is spoken to over HTTP whether it has something to say; false for any other (GRIP 7.4). */
  refresh(): boolean
}

const MAX_FILTERS = 5

/** A client's WebSocket whose backend speaks GRIP: gets what is published, and obeys the backend's control messages (GRIP 7.3). */
export class WebSocketHold implements Hold {
  readonly #facts: RequestFacts
  readonly #client: Peer
  readonly #context: WebSocketContext
  readonly #channels = new Set<string>()
  /** Of the route's target; cannot be unsubscribed. */
  readonly #implicit: readonly string[]
  readonly #heartbeat: Heartbeat | undefined
  #origin: Origin | undefined
  #keepAlive: KeepAliveClock | undefined
  #delayed: { readonly bytes: Buffer; readonly timer: Timer } | undefined
  #isOver = false
  /** A message of the backend is on its way in pieces; what is published meanwhile comes after it. */
  #isRelaying = false
  #pending: Buffer[] = []
  #pendingBytes = 0

  constructor(facts: RequestFacts, client: Peer, implicit: readonly string[], context: WebSocketContext) {
    this.#facts = facts
    this.#client = client
    this.#implicit = [...new Set(implicit)]
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

  /** From here on it can be published to. */
  start(origin: Origin): void {
    this.#origin = origin
    this.#context.table.add(this, () => {})
    for (const channel of this.#implicit) this.#join(channel)
  }

  deliver(delivery: Delivery): boolean {
    const format = delivery.wsMessage
    if (format === undefined) return false
    if (format.action === 'send') this.#send(delivery.frames(this.#client.compresses))
    else if (format.action === 'close') this.#close(format.code, format.reason)
    else if (format.action === 'refresh') this.refresh()
    return true
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
        this.#delay(message)
        break
      case 'flush-delayed':
        this.#flushDelayed()
        break
      // What these set is for filters and for a state service, which this version does not have.
      case 'session':
      case 'set-meta':
        break
    }
  }

  /** A message of the backend begins to be relayed. */
  beginMessage(): void {
    this.#isRelaying = true
  }

  /** It has been relayed whole, or never will be. */
  endMessage(): void {
    this.#isRelaying = false
    this.#keepAlive?.sent()
    if (this.#pending.length === 0) return
    const pending = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    this.#client.sendShared(pending)
  }

  /** The client has gone or is being closed. */
  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#heartbeat?.stop()
    this.#keepAlive?.stop()
    this.#delayed?.timer.cancel()
    this.#context.table.remove(this)
  }

  #subscribe({ channel, filters }: Subscribe): void {
    const { debug, route } = this.#facts
    if (filters.length > MAX_FILTERS) {
      this.#close(INTERNAL_ERROR, debug ? `too many filters for channel '${channel}'` : '')
      return
    }
    if (filters.length > 0) this.#context.unfiltered(this.uri, channel, filters)
    const name = route.prefix + channel
    if (this.#channels.has(name) || this.#channels.size - this.#implicit.length >= this.#context.maxChannels) return
    this.#join(name)
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
    this.#context.table.leave(this, channel)
  }

  #setKeepAlive({ messageType, content, timeout, mode }: KeepAlive): void {
    this.#keepAlive?.stop()
    this.#keepAlive = undefined
    if (content === undefined) return
    const bytes = frameOf(messageType, content)
    this.#keepAlive = new KeepAliveClock({ mode, timeout }, this.#context.wheel, () => this.#send(bytes))
  }

  /** Only one is kept: a new one sends that before it on its way. */
  #delay({ messageType, content, timeout }: SendDelayed): void {
    this.#flushDelayed()
    const timer = this.#context.wheel.after(timeout * 1000, () => this.#flushDelayed())
    this.#delayed = { bytes: frameOf(messageType, content), timer }
  }

  #flushDelayed(): void {
    const delayed = this.#delayed
    if (delayed === undefined) return
    this.#delayed = undefined
    delayed.timer.cancel()
    this.#send(delayed.bytes)
  }

  #send(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return
    // Looked at before the write, so that one large message is no reason to close a client that keeps up.
    const waiting = this.#client.waiting + this.#pendingBytes
    if (waiting > this.#context.queueMax) {
      this.#context.tooSlow(this.uri, waiting)
      this.#close(TRY_AGAIN_LATER, 'too slow')
      return
    }
    this.#keepAlive?.sent()
    if (this.#isRelaying) {
      this.#pending.push(bytes)
      this.#pendingBytes += bytes.length
    } else {
      this.#client.sendShared(bytes)
    }
  }

  #close(code: number | undefined, reason: string): void {
    this.#client.close(sendableCode(code), reason)
    this.#origin?.close()
    this.closed()
  }
}

function frameOf(type: MessageType, content: Buffer): Buffer {
  return frame(OPCODES[type], content)
}
