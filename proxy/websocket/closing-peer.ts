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
  readonly #onClosed: () => void

  constructor(client: Peer, onClosed: () => void) {
    this.#client = client
    this.#onClosed = onClosed
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
    this.#onClosed()
  }

  closed(): void {
    this.#onClosed()
  }
}
