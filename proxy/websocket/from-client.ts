import { CLOSE } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import type { Peer, PeerOwner } from './peer.ts'
import type { Relay } from './relay.ts'

/** Hears the client of a relay: each frame goes on to the backend (GRIP 7.2). */
export class FromClient implements PeerOwner {
  readonly #relay: Relay
  readonly #backend: Peer

  constructor(relay: Relay, backend: Peer) {
    this.#relay = relay
    this.#backend = backend
  }

  begin(head: FrameHead): void {
    if (!this.#backend.beginFrame(head)) this.#relay.backendFull()
  }

  data(piece: Buffer): void {
    if (!this.#backend.writePiece(piece)) this.#relay.backendFull()
  }

  end(): void {}

  control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) this.#relay.clientClose(payload)
    else if (!this.#backend.send(opcode, payload)) this.#relay.backendFull()
  }

  drained(): void {
    this.#relay.clientDrains()
  }

  closed(): void {
    this.#relay.clientGone()
  }
}
