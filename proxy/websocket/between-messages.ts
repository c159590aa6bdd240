import type { Peer } from './peer.ts'

/** Sends a client what does not come from its backend, never into a message of the backend that is on its way in pieces. */
export class BetweenMessages {
  readonly #client: Peer
  #isRelaying = false
  #pending: Buffer[] = []
  #pendingBytes = 0

  constructor(client: Peer) {
    this.#client = client
  }

  /** Bytes that wait for the client. */
  get waiting(): number {
    return this.#client.waiting + this.#pendingBytes
  }

  /** A message of the backend begins. */
  begin(): void {
    this.#isRelaying = true
  }

  /** It has been relayed whole, or never will be. */
  end(): void {
    this.#isRelaying = false
    if (this.#pending.length === 0) return
    const pending = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    this.#client.sendShared(pending)
  }

  send(bytes: Buffer): void {
    if (this.#isRelaying) {
      this.#pending.push(bytes)
      this.#pendingBytes += bytes.length
    } else {
      this.#client.sendShared(bytes)
    }
  }
}
