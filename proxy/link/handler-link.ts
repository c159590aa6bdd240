import { connect } from 'node:net'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { FrameSocket } from '../../shared/link/frame-socket.ts'
import { decodeItem, publishNumber, receivedAt } from '../../shared/link/item-codec.ts'
import { decodeMessage, encodeMessage, isItem } from '../../shared/link/messages.ts'
import type { HandlerMessage, WorkerCommand, WorkerMessage } from '../../shared/link/messages.ts'
import type { SessionCall } from '../../shared/link/session-calls.ts'
import type { StatsMessage, Watched } from '../../shared/link/stats-message.ts'
import type { Log } from '../../shared/log.ts'
import type { SubscriptionLink, Subscriptions } from '../hold/subscriptions.ts'
import { PublishLink } from './publish-link.ts'
import { SessionLink } from './session-link.ts'

const ALIVE_INTERVAL = 1000

/** Milliseconds between two messages with what was counted. */
const STATS_INTERVAL = 1000

/** The same while somebody reads the stats socket. */
const WATCHED_STATS_INTERVAL = 100

/** Milliseconds without the handler that are worth a word. */
const MISSING_AFTER = 1000

const RECONNECT_AFTER = 50

/** Bytes of delivered items that are confirmed at once: a part of the handler's window. */
const CONFIRM_AT = 65_536

/** Milliseconds until fewer are. */
const CONFIRM_AFTER = 100

/** What the handler asks of a worker. */
export interface LinkEvents {
  /** What came together, in its order; `done` is to be called when it has been handed to the holds. */
  items(items: readonly PublishItem[], done: () => void): void
  /** The handler wants to know the item's receivers, under that number. */
  numbered(item: PublishItem, publish: number): void
  /** What came together has been written. @param received `machineTime()` of the oldest. */
  written(received: number): void
  watch(watched: Watched): void
  /** What was counted since the last call. */
  stats(): StatsMessage | undefined
  recover(): void
  /** What was in the handler that died is lost. */
  catchUp(): void
  /** These channels had no subscriber before: publishers may have sent what nobody heard. */
  first(channels: readonly string[]): void
  /** @returns the ids that the worker has, or has done something for. */
  command(command: WorkerCommand): string[]
  /** Totals since the worker's start, by name. */
  counts(): Record<string, number>
  /** Connections held now. */
  held(): number
  /** Milliseconds that the event loop was late at most since the last call. */
  lag(): number
}

/** A worker's end of the link: keeps the handler told of the subscriptions, across the handler's restarts, and takes its items. */
export class HandlerLink implements SubscriptionLink {
  readonly sessions = new SessionLink((request, call) => this.#callSession(request, call))
  readonly #worker: number
  readonly #subscriptions: Subscriptions
  readonly #events: LinkEvents
  readonly #log: Log
  #path = ''
  /** Undefined while there is no handler. */
  #socket: FrameSocket | undefined
  #items: PublishItem[] = []
  #itemBytes = 0
  /** When the handler got the first of the items, `machineTime()`. */
  #received = 0
  readonly #publishes = new PublishLink()
  #isFull = false
  /** Request number of the last greeting. */
  #greeting = 0
  /** It was not the first: the handler is another one, or was away. */
  #isBack = false
  #deliveredBytes = 0
  #confirming: NodeJS.Timeout | undefined
  #reconnecting: NodeJS.Timeout | undefined
  #isClosed = false
  #alive: NodeJS.Timeout | undefined
  #stats: NodeJS.Timeout | undefined
  #missing: NodeJS.Timeout | undefined

  constructor(worker: number, subscriptions: Subscriptions, events: LinkEvents, log: Log) {
    this.#worker = worker
    this.#subscriptions = subscriptions
    this.#events = events
    this.#log = log
  }

  start(path: string): void {
    this.#path = path
    this.#connect()
    this.#alive = setInterval(() => this.#sendAlive(), ALIVE_INTERVAL)
    this.#tellStatsEvery(STATS_INTERVAL)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#alive)
    clearInterval(this.#stats)
    clearTimeout(this.#missing)
    clearTimeout(this.#reconnecting)
    clearTimeout(this.#confirming)
    this.#socket?.close()
  }

  subscribe(request: number, channels: readonly string[]): void {
    this.#send({ type: 'subscribe', request, channels })
  }

  unsubscribe(channels: readonly string[]): void {
    this.#send({ type: 'unsubscribe', channels })
  }

  forget(channels: readonly string[]): void {
    this.#send({ type: 'forget', channels })
  }

  publish(items: readonly PublishItem[]): ReturnType<PublishLink['publish']> {
    return this.#publishes.publish(items, this.#socket)
  }

  /** Publishers are to be refused, or not any more. */
  tellFull(isFull: boolean): void {
    this.#isFull = isFull
    if (this.#isUp) this.#send({ type: 'full', isFull })
  }

  #connect(): void {
    const connection = connect(this.#path)
    const socket = new FrameSocket(connection, {
      frame: (frame) => this.#receive(frame),
      closed: () => {
        if (this.#isClosed) return
        if (this.#socket === socket) this.#down()
        this.#reconnecting = setTimeout(() => this.#connect(), RECONNECT_AFTER)
      },
    })
    connection.once('connect', () => {
      if (this.#isClosed) socket.close()
      else this.#greet(socket)
    })
  }

  #greet(socket: FrameSocket): void {
    clearTimeout(this.#missing)
    this.#socket = socket
    const { request, channels } = this.#subscriptions.linkUp(this)
    this.#isBack = this.#greeting !== 0
    this.#greeting = request
    this.#send({ type: 'hello', request, worker: this.#worker, pid: process.pid, channels })
    // This handler has not been told.
    if (this.#isFull) this.#send({ type: 'full', isFull: true })
  }

  #down(): void {
    this.#socket = undefined
    // The next handler has sent nothing that could be confirmed to it.
    this.#deliveredBytes = 0
    this.#subscriptions.linkDown()
    this.#publishes.down()
    // At a stop the handler ends first; that is nothing to warn of.
    this.#missing = setTimeout(
      () => this.#log.warn('handler gone: connections stay open, new holds wait for it'),
      MISSING_AFTER,
    )
  }

  get #isUp(): boolean {
    return this.#socket !== undefined
  }

  #sendAlive(): void {
    if (!this.#isUp) return
    this.#send({ type: 'alive', held: this.#events.held(), lag: this.#events.lag(), counts: this.#events.counts() })
  }

  #callSession(request: number, call: SessionCall): boolean {
    if (this.#isUp) this.#send({ type: 'session', request, call })
    return this.#isUp
  }

  #tellStatsEvery(milliseconds: number): void {
    clearInterval(this.#stats)
    this.#stats = setInterval(() => this.#sendStats(), milliseconds)
  }

  #sendStats(): void {
    // What is counted during an outage is told at its end.
    const message = this.#isUp ? this.#events.stats() : undefined
    if (message !== undefined) this.#send(message)
  }

  #send(message: WorkerMessage): void {
    this.#socket?.send(encodeMessage(message))
  }

  #receive(frame: Buffer): void {
    try {
      if (isItem(frame)) this.#collect(frame)
      else this.#take(decodeMessage(frame) as HandlerMessage)
    } catch (error) {
      // One message that fails must not keep the others from their clients.
      this.#log.error(`link: ${(error as Error).stack}`)
    }
  }

  /** Items are handed on at the end of the turn, so that those that have come faster than they can be sent go out together. */
  #collect(frame: Buffer): void {
    if (this.#itemBytes === 0) {
      setImmediate(() => this.#handOn())
      this.#received = receivedAt(frame)
    }
    // Counted before it is read: what cannot be read is over as well.
    this.#itemBytes += frame.length
    const item = decodeItem(frame)
    this.#items.push(item)
    const publish = publishNumber(frame)
    if (publish !== 0) this.#events.numbered(item, publish)
  }

  #handOn(): void {
    if (this.#itemBytes === 0) return
    const items = this.#items
    const bytes = this.#itemBytes
    const received = this.#received
    this.#items = []
    this.#itemBytes = 0
    const socket = this.#socket
    this.#events.items(items, () => {
      if (socket === this.#socket) this.#delivered(bytes)
      this.#events.written(received)
    })
  }

  /** Said at once when the handler may be waiting for it, else for many items together. */
  #delivered(bytes: number): void {
    this.#deliveredBytes += bytes
    if (this.#deliveredBytes >= CONFIRM_AT) this.#confirm()
    else this.#confirming ??= setTimeout(() => this.#confirm(), CONFIRM_AFTER)
  }

  #confirm(): void {
    clearTimeout(this.#confirming)
    this.#confirming = undefined
    if (this.#deliveredBytes > 0) this.#send({ type: 'delivered', bytes: this.#deliveredBytes })
    this.#deliveredBytes = 0
  }

  #take(message: HandlerMessage): void {
    switch (message.type) {
      case 'subscribed':
        // What came before was published before these subscriptions, and is not for their holds.
        this.#handOn()
        this.#events.items([], () => {
          this.#subscriptions.confirm(message.request, new Map(message.lastIds))
          if (message.first.length > 0) this.#events.first(message.first)
          // What was in the handler that died is lost: backends may know it.
          if (this.#isBack && message.request === this.#greeting) this.#events.catchUp()
        })
        break
      case 'watch':
        this.#events.watch(message.watched)
        this.#tellStatsEvery(message.watched.any ? WATCHED_STATS_INTERVAL : STATS_INTERVAL)
        break
      case 'recover':
        this.#subscriptions.forgetAll()
        this.#events.recover()
        break
      case 'published':
        this.#publishes.answered(message.request, message.taken)
        break
      case 'session':
        this.sessions.answered(message.request, message.value)
        break
      case 'command':
        this.#send({ type: 'reply', request: message.request, value: this.#events.command(message.command) })
        break
    }
  }
}
