import { isUtf8 } from 'node:buffer'
import type { Exchange } from '../../accept/exchange.ts'
import type { UpgradeResponse } from '../../accept/upgrade.ts'
import type { RawHeaders } from '../../forward/raw-headers.ts'
import { ClosingPeer } from '../../websocket/closing-peer.ts'
import { sendableCode } from '../../websocket/frames/close-code.ts'
import { CLOSE, PING, PONG, TEXT } from '../../websocket/frames/frame.ts'
import type { FrameHead } from '../../websocket/frames/frame.ts'
import { Gathered } from '../../websocket/gathered.ts'
import { Peer } from '../../websocket/peer.ts'
import type { PeerOwner } from '../../websocket/peer.ts'
import type { Close } from './frames.ts'
import type { Receiver } from './receiver.ts'
import { sentMessages } from './sent-messages.ts'
import type { Session } from './session.ts'

/** Bytes of a WebSocket message: those of one that the client may send, each written as an escape of JSON, and what stands around it. */
const PAYLOAD_LIMIT = 1_200_004

/** Bytes that may wait for a client whose pings are still answered. */
const PONG_LIMIT = 16_384

/** A WebSocket that has the frames of SockJS in its own, and ends with the session. */
export class FramedWebSocket implements Receiver, PeerOwner {
  readonly takesOneMessage = true
  readonly #exchange: Exchange
  readonly #session: Session
  #peer: Peer | undefined
  #isFull = false
  readonly #payload = new Gathered()
  #isLast = false

  constructor(exchange: Exchange, session: Session) {
    this.#exchange = exchange
    this.#session = session
    exchange.onClose = () => session.receiverLost(this)
  }

  get isReady(): boolean {
    return this.#peer !== undefined && !this.#isFull
  }

  /** @param headers of the response to the same handshake @returns what the client has sent before it */
  open(reason: string, headers: RawHeaders): readonly Buffer[] {
    const { req, res } = this.#exchange
    this.#exchange.onClose = undefined
    this.#exchange.isHeld = true
    const early = (res as UpgradeResponse).switchProtocols(reason, headers)
    this.#peer = new Peer(req.socket, { masked: true, deflate: false, maxMessage: PAYLOAD_LIMIT })
    this.#peer.owner = this
    return early
  }

  /** Listens to the client, whose session is open now. */
  start(early: readonly Buffer[]): void {
    this.#peer?.start(early)
  }

  send(frame: string): boolean {
    this.#isFull = this.#peer?.send(TEXT, Buffer.from(frame)) === false
    return true
  }

  close({ code, reason }: Close): void {
    if (this.#peer === undefined) return
    this.#peer.owner = new ClosingPeer(this.#peer)
    this.#peer.close(sendableCode(code), reason)
  }

  fail(): void {
    this.#peer?.destroy()
  }

  begin({ fin }: FrameHead): void {
    this.#isLast = fin
  }

  data(piece: Buffer): void {
    this.#payload.add(piece)
  }

  end(): void {
    if (!this.#isLast) return
    const payload = this.#payload.take()
    const messages = isUtf8(payload) ? sentMessages(payload.toString()) : 'Payload expected'
    if (typeof messages === 'string') {
      this.#peer?.destroy()
      return
    }
    this.#peer?.pause()
    this.#session.send(messages, () => this.#peer?.resume())
  }

  control(opcode: number, payload: Buffer): void {
    const peer = this.#peer
    if (peer === undefined) return
    if (opcode === PING && peer.waiting < PONG_LIMIT) peer.send(PONG, payload)
    if (opcode !== CLOSE) return
    peer.sendClose(payload)
    peer.finish()
    this.#session.receiverClosed(this, payload)
  }

  drained(): void {
    this.#isFull = false
    this.#session.receiverDrained(this)
  }

  closed(): void {
    this.#session.receiverLost(this)
  }
}
