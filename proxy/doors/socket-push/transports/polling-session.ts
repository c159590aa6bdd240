import type { ServerResponse } from 'node:http'
import type { Delivery } from '../../../send/delivery.ts'
import { Deadline } from '../deadline.ts'
import { Session } from '../session.ts'
import type { SessionContext } from '../session.ts'
import type { ReadUnit } from '../socket-io/packet-reader.ts'
import { dataOf, unit } from '../socket-io/packet-writer.ts'

/** Milliseconds that a poll is held. */
const POLL_TIMEOUT = 20_000

/** Milliseconds that a session lives without a poll. */
const ABSENCE_TIMEOUT = 8000

/** Ends a poll with a packet, in the form of its transport. */
export type AnswerPoll = (res: ServerResponse, packet: string) => void

/** socket.io 0.6 by one request after another: what comes between two of them waits here. */
export class PollingSession extends Session {
  #waiting: Buffer[]
  #waitingBytes = 0
  #poll: { readonly res: ServerResponse; readonly answer: AnswerPoll } | undefined
  readonly #deadline: Deadline
  /** Told that nobody can find it any more. */
  readonly #onGone: () => void

  constructor(context: SessionContext, sessionId: string, onGone: () => void) {
    super(context)
    this.#onGone = onGone
    this.#deadline = new Deadline(context.door.wheel)
    this.#waiting = [Buffer.from(unit(sessionId))]
  }

  /** The client waits for something to be told. One poll at a time: an older one ends with nothing. */
  poll(res: ServerResponse, answer: AnswerPoll): void {
    this.#answer()
    this.#poll = { res, answer }
    this.#deadline.set(POLL_TIMEOUT, () => this.#answer())
    res.once('close', () => {
      if (this.#poll?.res !== res) return
      this.#poll = undefined
      this.#waitForPoll()
    })
    this.#flush()
  }

  /** What the client has posted. There are no heartbeats to echo. */
  post(units: readonly ReadUnit[]): void {
    for (const { isHeartbeat, text } of units) if (!isHeartbeat) this.received(text)
  }

  protected send(delivery: Delivery): boolean {
    const packet = delivery.rendered(this.context.rendering.packet)
    this.#push(packet)
    return packet.length > 0
  }

  protected say(value: object): void {
    this.#push(Buffer.from(unit(dataOf(value))))
  }

  /** What waits is left for the next poll, if it comes in time. */
  protected shut(): void {
    if (this.#waiting.length === 0) this.#end()
  }

  #push(packet: Buffer): void {
    if (packet.length === 0) return
    if (this.#waitingBytes > this.context.door.queueMax) {
      this.tooSlow(this.#waitingBytes)
      this.#end()
      return
    }
    this.#waiting.push(packet)
    this.#waitingBytes += packet.length
    this.#flush()
  }

  #flush(): void {
    if (this.#poll !== undefined && this.#waiting.length > 0) this.#answer()
  }

  #answer(): void {
    const poll = this.#poll
    if (poll === undefined) return
    const packet = Buffer.concat(this.#waiting).toString()
    this.#poll = undefined
    this.#waiting = []
    this.#waitingBytes = 0
    poll.answer(poll.res, packet)
    if (this.isOver) this.#end()
    else this.#waitForPoll()
  }

  #waitForPoll(): void {
    this.#deadline.set(ABSENCE_TIMEOUT, () => this.#end())
  }

  /** From here on nobody can poll. */
  #end(): void {
    this.#deadline.clear()
    this.closed()
    this.#waiting = []
    this.#onGone()
    this.#answer()
  }
}
