import type { Failure } from '../forward/attempt.ts'
import type { ZhttpPacket } from './packet.ts'
import type { PacketFields } from './write-packet.ts'

/** Whose exchange it is. */
export interface ExchangeOwner {
  /** Data, credits and what a WebSocket has, in order. */
  received(packet: ZhttpPacket): void
  /** The exchange is over. @param packet the service's error, if it was one */
  failed(failure: Failure, packet?: ZhttpPacket): void
}

/** What an exchange needs of the others. */
export interface ExchangeContext {
  /** @param service its address; empty for any */
  send(fields: PacketFields, service: string): void
  /** No packet is for it any more. */
  over(): void
}

/** What services' errors mean here (GRIP 1.7, 2.10); all others are failures like any. */
const FAILURES: Readonly<Record<string, Failure>> = {
  'remote-connection-failed': 'unreachable',
  'connection-timeout': 'unreachable',
  'tls-error': 'unreachable',
  'length-required': 'length required',
  'policy-violation': 'refused by policy',
}

/** One request and its response, or one WebSocket, with a service: numbers the packets, and notices what is missing (GRIP 12.2). */
export class ZhttpExchange {
  /** Address of the service that has it; empty until that is known. */
  service = ''
  /** The service understands packets with several ids. */
  multi = false
  /** By `performance.now()`; the wait for a word of the service begins with the first packet. */
  lastHeard = Infinity
  lastSent = 0
  readonly id: string
  readonly #isSingle: boolean
  readonly #owner: ExchangeOwner
  readonly #context: ExchangeContext
  #inSeq = 0
  #outSeq = 0
  #isOver = false

  constructor(id: string, isSingle: boolean, owner: ExchangeOwner, context: ExchangeContext) {
    this.id = id
    this.#isSingle = isSingle
    this.#owner = owner
    this.#context = context
  }

  get isOver(): boolean {
    return this.#isOver
  }

  send(fields: PacketFields): void {
    if (this.#isOver) return
    if (this.lastHeard === Infinity) this.lastHeard = performance.now()
    const seq = this.#isSingle ? {} : { seq: this.nextSeq() }
    this.#context.send({ id: this.id, ...seq, ...fields }, this.service)
  }

  /** For a packet that is sent for several exchanges. */
  nextSeq(): number {
    this.lastSent = performance.now()
    return this.#outSeq++
  }

  /** All has been said. */
  finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#context.over()
  }

  /** Nobody waits any more. A service that is not known yet is told when it answers. */
  cancel(): void {
    if (this.service !== '' && !this.#isSingle) this.send({ type: 'cancel' })
    this.finish()
  }

  received(packet: ZhttpPacket, seq: number | undefined): void {
    this.lastHeard = performance.now()
    if (packet.from !== '') this.service = packet.from
    if (packet.type === 'error') this.#fail(FAILURES[packet.condition] ?? 'failed', packet)
    else if (packet.type === 'cancel') this.#fail('failed')
    else if (!this.#isSingle && (seq !== this.#inSeq++ || this.service === '')) this.#giveUp()
    else if (this.#isSingle && (packet.type !== '' || packet.more)) this.#fail('failed')
    else {
      this.multi ||= packet.multi
      if (packet.type !== 'keep-alive') this.#owner.received(packet)
    }
  }

  unsent(): void {
    // Only of the first packet it is sure that no service has seen it.
    this.#fail(this.service === '' && this.#outSeq <= 1 ? 'unreachable' : 'failed')
  }

  expire(): void {
    this.#fail('timeout')
  }

  /** Something is missing. */
  #giveUp(): void {
    this.cancel()
    this.#owner.failed('failed')
  }

  #fail(failure: Failure, packet?: ZhttpPacket): void {
    if (this.#isOver) return
    this.finish()
    this.#owner.failed(failure, packet)
  }
}
