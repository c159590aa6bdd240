import type { Socket } from 'node:net'
import { CLOSE, PING, PONG, TEXT } from '../../websocket/frames/frame.ts'
import type { FrameHead } from '../../websocket/frames/frame.ts'
import { Gathered } from '../../websocket/gathered.ts'
import { Peer } from '../../websocket/peer.ts'
import type { PeerOwner } from '../../websocket/peer.ts'

/** Hears what comes for the client. */
export interface ClientEndOwner {
  message(text: string): void
  /** It takes more again, after `false`. */
  drained(): void
  /** A close frame has come. @param code undefined when it says none */
  closed(code: number | undefined, reason: string): void
  /** The connection has ended without one. */
  lost(): void
}

/** The client's end of a session's WebSocket: whole messages, in both directions. */
export class ClientEnd implements PeerOwner {
  readonly #peer: Peer
  readonly #owner: ClientEndOwner
  readonly #message = new Gathered()
  #isLast = false
  #isOver = false

  /** @param maxMessage bytes of a message for the client */
  constructor(socket: Socket, maxMessage: number, owner: ClientEndOwner) {
    this.#owner = owner
    this.#peer = new Peer(socket, { masked: false, deflate: false, maxMessage })
    this.#peer.owner = this
  }

  /** @param head what has come before */
  start(head: Buffer): void {
    this.#peer.start(head.length === 0 ? [] : [head])
  }

  /** @returns false when it is to be given no more until its owner hears `drained` */
  send(text: string): boolean {
    return this.#peer.send(TEXT, Buffer.from(text))
  }

  pause(): void {
    this.#peer.pause()
  }

  resume(): void {
    this.#peer.resume()
  }

  /** Says goodbye; whatever comes for the client now is for nobody. @param payload of the close frame */
  close(payload: Buffer): void {
    this.#isOver = true
    this.#peer.sendClose(payload)
    this.#peer.closeLate()
  }

  begin({ fin }: FrameHead): void {
    this.#isLast = fin
  }

  data(piece: Buffer): void {
    if (!this.#isOver) this.#message.add(piece)
  }

  end(): void {
    if (!this.#isOver && this.#isLast) this.#owner.message(this.#message.take().toString())
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === PING) this.#peer.send(PONG, payload)
    if (opcode !== CLOSE) return
    this.#peer.sendClose(payload)
    this.#peer.finish()
    if (this.#isOver) return
    this.#isOver = true
    this.#owner.closed(payload.length === 0 ? undefined : payload.readUInt16BE(), payload.toString('utf8', 2))
  }

  drained(): void {
    if (!this.#isOver) this.#owner.drained()
  }

  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#owner.lost()
  }
}
