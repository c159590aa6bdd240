import { CLOSE, PING, PONG } from './frames/frame.ts'
import type { Peer, PeerOwner } from './peer.ts'

/** Owns a peer that was sent a close: waits for the answer, which ends the connection. */
export class ClosingPeer implements PeerOwner {
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  begin(): void {}
  data(): void {}
  end(): void {}
  drained(): void {}
  closed(): void {}

  control(opcode: number): void {
    if (opcode === CLOSE) this.#peer.finish()
  }
}

/** Bytes that may wait for a client whose pings are still answered: one that only asks would fill the memory. */
const PONG_LIMIT = 16_384

/** Owns a client that has no backend any more, but may get what is published (GRIP 7.3 `detach`). What it says is for nobody. */
export class DetachedClient implements PeerOwner {
  readonly #client: Peer
  readonly #hold: { closed(): void }

  /** @param hold told when the client has closed or gone. Not a closure of the relay's, which would keep the backend's side in memory. */
  constructor(client: Peer, hold: { closed(): void }) {
    this.#client = client
    this.#hold = hold
  }

  begin(): void {}
  data(): void {}
  end(): void {}
  drained(): void {}

  control(opcode: number, payload: Buffer): void {
    // With nobody behind it the gateway is the endpoint that has to answer (RFC 6455 5.5).
    if (opcode === PING && this.#client.waiting < PONG_LIMIT) this.#client.send(PONG, payload)
    if (opcode !== CLOSE) return
    this.#client.sendClose(payload)
    this.#client.finish()
    this.#hold.closed()
  }

  closed(): void {
    this.#hold.closed()
  }
}
