import type { ServerResponse } from 'node:http'
import { bytesWaiting } from '../../../send/quick-write.ts'
import type { Delivery } from '../../../send/delivery.ts'
import type { Rendering } from '../rendering.ts'
import { Session } from '../session.ts'
import type { SessionContext } from '../session.ts'
import { Heartbeats } from '../socket-io/heartbeats.ts'
import type { ReadUnit } from '../socket-io/packet-reader.ts'
import { dataOf, unit } from '../socket-io/packet-writer.ts'

/** A kind of endless response. */
export interface StreamForm {
  readonly contentType: string
  /** What it begins with. */
  readonly opening: string
  /** One packet in it. */
  readonly wrap: (packet: string) => string
  /** Published items in it. */
  readonly render: keyof Pick<Rendering, 'script' | 'part'>
}

/** socket.io 0.6 in a response without an end; the client posts what it has to say. */
export class StreamingSession extends Session {
  readonly #res: ServerResponse
  readonly #form: StreamForm
  readonly #heartbeats: Heartbeats
  readonly #onGone: () => void

  constructor(context: SessionContext, sessionId: string, res: ServerResponse, form: StreamForm, onGone: () => void) {
    super(context)
    this.#res = res
    this.#form = form
    this.#onGone = onGone
    this.#heartbeats = new Heartbeats(this, context.door.wheel)
    res.once('close', () => this.closed())
    this.#write(Buffer.from(form.opening))
    this.write(unit(sessionId))
  }

  /** Units for this client alone. */
  write(units: string): void {
    this.#write(Buffer.from(this.#form.wrap(units)))
  }

  /** It did not echo a heartbeat. */
  lost(): void {
    this.closed()
    this.#res.destroy()
  }

  post(units: readonly ReadUnit[]): void {
    for (const { isHeartbeat, text } of units) {
      if (isHeartbeat) this.#heartbeats.echoed(text)
      else this.received(text)
    }
  }

  override closed(): void {
    super.closed()
    this.#heartbeats.stop()
    this.#onGone()
  }

  protected send(delivery: Delivery): boolean {
    const bytes = delivery.rendered(this.context.rendering[this.#form.render])
    this.#write(bytes)
    return bytes.length > 0
  }

  protected say(value: object): void {
    this.write(unit(dataOf(value)))
  }

  protected shut(): void {
    this.#res.end()
  }

  #write(bytes: Buffer): void {
    if (this.isOver || bytes.length === 0) return
    const waiting = Math.max(this.#res.writableLength, bytesWaiting(this.#res.req.socket))
    if (waiting > this.context.door.queueMax) {
      this.tooSlow(waiting)
      this.#res.destroy()
      return
    }
    this.#res.write(bytes)
  }
}
