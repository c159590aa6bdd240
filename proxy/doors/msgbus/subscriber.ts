import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { detach } from '../../accept/detach.ts'
import type { DetachedOwner } from '../../accept/detach.ts'
import { KeepAliveClock } from '../../hold/keep-alive.ts'
import type { Delivery } from '../../send/delivery.ts'
import { bytesWaiting, quickWrite } from '../../send/quick-write.ts'
import type { DoorContext } from '../door.ts'
import { DoorHold } from '../door-hold.ts'
import type { LastMessage } from './last-messages.ts'
import type { Rendering } from './renderings.ts'

/** Seconds of silence after which an event stream is sent a comment. */
const COMMENT_AFTER = 30

/** A response without an end: what is published is appended, in the bytes of the subscriber's rendering. */
export class Subscriber extends DoorHold implements DetachedOwner {
  readonly id: string
  readonly #channel: string | undefined
  readonly #rendering: Rendering
  readonly #socket: Socket
  readonly #context: DoorContext
  #state: 'waiting' | 'open' | 'gone' = 'waiting'
  #comments: KeepAliveClock | undefined
  /** A delivery whose last message it has had; its turn in that may be still to come. */
  #had: WeakRef<Delivery> | undefined

  /** @param channel with the prefix of the bus; undefined for all of them. */
  constructor(channel: string | undefined, rendering: Rendering, socket: Socket, context: DoorContext) {
    super()
    this.id = context.nextId()
    this.#channel = channel
    this.#rendering = rendering
    this.#socket = socket
    this.#context = context
  }

  get channels(): readonly string[] {
    return this.#channel === undefined ? [] : [this.#channel]
  }

  /** The head of the response has been sent, and what tells the client that it is subscribed. The connection is all that is kept of it. */
  open(res: ServerResponse): void {
    if (this.#state === 'gone') return
    this.#state = 'open'
    const { req } = res
    const settle = (): void => void (this.#state === 'open' && detach(req, res, this))
    if (req.complete) settle()
    else req.once('end', settle)
    req.resume()
  }

  /** @param comment sent when nothing else is: for clients that know what a comment is. */
  keepAlive(comment: Buffer): void {
    const send = (): void => this.#write(comment)
    this.#comments = new KeepAliveClock({ mode: 'idle', timeout: COMMENT_AFTER }, this.#context.wheel, send)
  }

  /** Sends what was published last, if the subscriber wants such. */
  catchUpWith(last: LastMessage | undefined): void {
    if (last === undefined || this.#state !== 'open') return
    if (last.delivery !== undefined) this.#had = new WeakRef(last.delivery)
    const bytes = this.#rendering.render(last.item)
    if (bytes.length > 0) this.#write(bytes)
  }

  deliver(delivery: Delivery): boolean {
    // Before its head is out it is not subscribed, as far as its client knows.
    if (this.#state !== 'open' || this.#had?.deref() === delivery) return false
    const bytes = delivery.rendered(this.#rendering.render)
    if (bytes.length === 0) return false
    this.#write(bytes)
    return true
  }

  closed(): void {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    this.#comments?.stop()
    this.#rendering.release()
    this.#context.table.remove(this)
  }

  #write(bytes: Buffer): void {
    // Looked at before the write, so that one large message is no reason to cut a client that keeps up.
    const waiting = bytesWaiting(this.#socket)
    if (waiting > this.#context.queueMax) {
      this.closed()
      this.#context.tooSlow(`msgbus ${this.#socket.remoteAddress} channel=${this.#channel ?? '*'}`, waiting)
      this.#socket.destroy()
      return
    }
    this.#comments?.sent()
    quickWrite(this.#socket, bytes)
  }
}
