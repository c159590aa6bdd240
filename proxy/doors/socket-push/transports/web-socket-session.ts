import type { Socket } from 'node:net'
import type { Delivery } from '../../../send/delivery.ts'
import { ClosingPeer } from '../../../websocket/closing-peer.ts'
import { GOING_AWAY, TRY_AGAIN_LATER } from '../../../websocket/frames/close-code.ts'
import { BINARY, CLOSE, PING, PONG, TEXT } from '../../../websocket/frames/frame.ts'
import type { FrameHead } from '../../../websocket/frames/frame.ts'
import type { FrameRules } from '../../../websocket/frames/frame-rules.ts'
import { frame } from '../../../websocket/frames/frame-writer.ts'
import { Gathered } from '../../../websocket/gathered.ts'
import { Peer } from '../../../websocket/peer.ts'
import type { PeerOwner } from '../../../websocket/peer.ts'
import { MAX_MESSAGE } from '../limits.ts'
import { Session } from '../session.ts'
import type { SessionContext } from '../session.ts'
import { newSessionId } from '../socket-io/session-id.ts'
import { Heartbeats } from '../socket-io/heartbeats.ts'
import { readPacket } from '../socket-io/packet-reader.ts'
import { dataOf, unit } from '../socket-io/packet-writer.ts'

const RULES: FrameRules = { masked: true, deflate: false, maxMessage: MAX_MESSAGE }

const NORMAL = 1000
const PROTOCOL_ERROR = 1002
const UNSUPPORTED_DATA = 1003

/** Bytes that may wait for a client whose pings are still answered. */
const PONG_LIMIT = 16_384

/** socket.io 0.6 over a WebSocket: each message is a packet. */
export class WebSocketSession extends Session implements PeerOwner {
  readonly #peer: Peer
  readonly #message = new Gathered()
  readonly #heartbeats: Heartbeats
  #isLast = false

  /** @param early what the client has sent behind its handshake. */
  constructor(context: SessionContext, socket: Socket, early: readonly Buffer[]) {
    super(context)
    this.#peer = new Peer(socket, RULES)
    this.#peer.owner = this
    this.#heartbeats = new Heartbeats(this, context.door.wheel)
    this.write(unit(newSessionId()))
    this.#peer.start(early)
  }

  /** Units for this client alone. */
  write(units: string): void {
    this.#write(frame(TEXT, Buffer.from(units)))
  }

  /** It did not echo a heartbeat. */
  lost(): void {
    this.closed()
    this.#peer.destroy()
  }

  override closed(): void {
    super.closed()
    this.#heartbeats.stop()
  }

  override goAway(): void {
    this.#end(GOING_AWAY, '')
  }

  begin({ opcode, fin }: FrameHead): void {
    this.#isLast = fin
    if (opcode === BINARY) this.#end(UNSUPPORTED_DATA, 'text only')
  }

  data(piece: Buffer): void {
    this.#message.add(piece)
  }

  end(): void {
    if (this.#isLast) this.#receive(this.#message.take().toString())
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === PING && this.#peer.waiting < PONG_LIMIT) this.#peer.send(PONG, payload)
    if (opcode !== CLOSE) return
    this.#peer.sendClose(payload)
    this.#peer.finish()
    this.closed()
  }

  drained(): void {}

  protected send(delivery: Delivery): boolean {
    const frames = delivery.rendered(this.context.rendering.frame)
    this.#write(frames)
    return frames.length > 0
  }

  protected say(value: object): void {
    this.write(unit(dataOf(value)))
  }

  protected shut(): void {
    this.#end(NORMAL, '')
  }

  #receive(packet: string): void {
    const units = readPacket(packet)
    if (units === undefined) {
      this.#end(PROTOCOL_ERROR, 'not a packet')
      return
    }
    for (const { isHeartbeat, text } of units) {
      if (isHeartbeat) this.#heartbeats.echoed(text)
      else this.received(text)
    }
  }

  #write(frames: Buffer): void {
    if (this.isOver || frames.length === 0) return
    // Looked at before the write, so that one large message is no reason to cut a client that keeps up.
    const { waiting } = this.#peer
    if (waiting > this.context.door.queueMax) {
      this.tooSlow(waiting)
      this.#end(TRY_AGAIN_LATER, 'too slow')
      return
    }
    this.#peer.sendShared(frames)
  }

  #end(code: number, reason: string): void {
    this.closed()
    this.#peer.owner = new ClosingPeer(this.#peer)
    this.#peer.close(code, reason)
  }
}
