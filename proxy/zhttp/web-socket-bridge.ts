import type { Socket } from 'node:net'
import { sendableCode } from '../websocket/frames/close-code.ts'
import { closePayload } from '../websocket/frames/close-payload.ts'
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../websocket/frames/frame.ts'
import type { FrameHead } from '../websocket/frames/frame.ts'
import { Peer } from '../websocket/peer.ts'
import type { PeerOwner } from '../websocket/peer.ts'
import { InCredits } from './in-credits.ts'
import type { ZhttpPacket } from './packet.ts'
import type { PacketFields } from './write-packet.ts'
import type { ZhttpExchange } from './zhttp-exchange.ts'

/** What waits for credits; its body may leave in parts. */
interface Waiting {
  readonly fields: PacketFields
  body: Buffer
  /** The message goes on after it. */
  readonly more: boolean
}

/** Turns frames into packets and packets into frames, each as fast as the other end takes them (GRIP 7.2, 12.2). */
export class WebSocketBridge implements PeerOwner {
  readonly #peer: Peer
  readonly #exchange: ZhttpExchange
  readonly #inCredits: InCredits
  #outCredits: number
  #waiting: Waiting[] = []
  #isHeld = false
  #isBinary = false
  #isWithinMessage = false
  #head: FrameHead | undefined
  /** Bytes that the frame at hand still lacks. */
  #lacking = 0
  #gatewayClosed = false
  #serviceClosed = false

  /** @param far the service's end of the connection to the gateway @param credits that the service has given already */
  constructor(far: Socket, exchange: ZhttpExchange, credits: number) {
    this.#exchange = exchange
    this.#outCredits = credits
    this.#inCredits = new InCredits((credits) => exchange.send({ type: 'credit', credits }))
    this.#peer = new Peer(far, { masked: true, deflate: false, maxMessage: Infinity })
    this.#peer.owner = this
    this.#peer.start()
  }

  /** From the service. */
  received(packet: ZhttpPacket): void {
    const { type, body } = packet
    this.#outCredits += packet.credits
    this.#sendWaiting()
    if (type === 'credit' || this.#serviceClosed) return
    if (!this.#inCredits.spend(body.length)) {
      this.#exchange.cancel()
      this.lost()
      return
    }
    if (type === '') this.#message(packet)
    else if (type === 'close') this.#close(packet)
    else if (type === 'ping' && body.length <= 125) this.#take(this.#peer.send(PING, body))
    else if (type === 'pong' && body.length <= 125) this.#take(this.#peer.send(PONG, body))
  }

  /** The service has gone without a close. */
  lost(): void {
    this.#waiting = []
    this.#peer.destroy()
  }

  // From the gateway.
  begin(head: FrameHead): void {
    this.#head = head
    this.#lacking = head.length
    if (head.opcode !== CONTINUATION) this.#isBinary = head.opcode === BINARY
    if (head.length === 0) this.data(Buffer.alloc(0))
  }

  data(piece: Buffer): void {
    this.#lacking -= piece.length
    const more = this.#lacking > 0 || this.#head?.fin !== true
    this.#send({ fields: { 'content-type': this.#isBinary ? 'binary' : 'text' }, body: piece, more })
  }

  end(): void {}

  control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) {
      this.#gatewayClosed = true
      const code = payload.length >= 2 ? { code: payload.readUInt16BE(0) } : {}
      this.#send({ fields: { type: 'close', ...code }, body: payload.subarray(2), more: false })
    } else {
      this.#send({ fields: { type: opcode === PING ? 'ping' : 'pong' }, body: payload, more: false })
    }
  }

  drained(): void {
    this.#inCredits.resume()
  }

  closed(): void {
    this.#waiting = []
    if (this.#gatewayClosed && this.#serviceClosed) this.#exchange.finish()
    else this.#exchange.cancel()
  }

  #message({ body, isBinary, more }: ZhttpPacket): void {
    const opcode = this.#isWithinMessage ? CONTINUATION : isBinary ? BINARY : TEXT
    this.#isWithinMessage = more
    const takesMore = this.#peer.beginFrame({ opcode, length: body.length, fin: !more, compressed: false })
    this.#take(body.length === 0 ? takesMore : this.#peer.writePiece(body))
  }

  #take(takesMore: boolean): void {
    if (!takesMore) this.#inCredits.pause()
    this.#inCredits.renew()
  }

  #close({ code, body }: ZhttpPacket): void {
    this.#serviceClosed = true
    this.#peer.sendClose(closePayload(sendableCode(code), body))
    this.#finishIfBothClosed()
  }

  #send(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#sendWaiting()
    if (this.#waiting.length === 0 || this.#isHeld) return
    this.#isHeld = true
    this.#peer.pause()
  }

  #sendWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { body } = next
      // Only messages can be parted; what is empty needs no credits.
      const isWhole = body.length <= this.#outCredits || next.fields['type'] === 'close'
      if (!isWhole && (next.fields['type'] !== undefined || this.#outCredits === 0)) return
      const part = isWhole ? body : body.subarray(0, this.#outCredits)
      this.#outCredits = Math.max(0, this.#outCredits - part.length)
      this.#exchange.send({ ...next.fields, body: part, ...(next.more || !isWhole ? { more: true } : {}) })
      if (!isWhole) {
        next.body = body.subarray(part.length)
        return
      }
      this.#waiting.shift()
    }
    if (this.#gatewayClosed) this.#finishIfBothClosed()
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#peer.resume()
  }

  #finishIfBothClosed(): void {
    if (!this.#gatewayClosed || !this.#serviceClosed || this.#waiting.length > 0) return
    this.#exchange.finish()
    this.#peer.finish()
  }
}
