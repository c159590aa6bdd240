import { ClosingPeer, DetachedClient } from './closing-peer.ts'
import { FromBackend } from './from-backend.ts'
import { FromClient } from './from-client.ts'
import { InflatedMessages } from './inflated-messages.ts'
import type { Peer } from './peer.ts'
import type { Origin } from './origin.ts'
import type { WebSocketHold } from './web-socket-hold.ts'

export interface RelayOptions {
  readonly client: Peer
  readonly backend: Peer
  readonly hold: WebSocketHold
  /** The backend speaks GRIP, and puts this before messages for the client. */
  readonly messagePrefix: Buffer | undefined
  /** Bytes that a message may have when it is no longer compressed. */
  readonly maxMessage: number
  readonly debug: (message: string) => void
}

/**
 * Passes the frames of a client and its backend on to each other, as they come and as fast as the other takes them (GRIP 7.2). A close
 * is passed on as well, so that both ends say it to each other.
 */
export class Relay implements Origin {
  readonly #client: Peer
  readonly #backend: Peer
  readonly #hold: WebSocketHold
  #clientSaidClose = false
  #backendSaidClose = false
  #isOneGone = false
  #isBackendHeld = false
  #isClientHeld = false

  constructor({ client, backend, hold, messagePrefix, maxMessage, debug }: RelayOptions) {
    this.#client = client
    this.#backend = backend
    this.#hold = hold
    const fromClient = new FromClient(this, backend)
    client.owner = client.compresses ? new InflatedMessages(fromClient, maxMessage) : fromClient
    backend.owner = new FromBackend(this, client, hold, messagePrefix, debug)
  }

  /** @param early what the client has sent before. */
  start(early: readonly Buffer[]): void {
    this.#client.start(early)
    this.#backend.start()
  }

  pause(): void {
    this.#backend.pause()
  }

  resume(): void {
    this.#backend.resume()
  }

  detach(): void {
    this.#client.owner = new DetachedClient(this.#client, this.#hold)
    this.clientDrains()
    this.backendDrains()
    this.#hold.endMessage()
    this.#letGoOfBackend()
  }

  close(): void {
    this.#client.owner = new ClosingPeer(this.#client)
    this.#letGoOfBackend()
    // What each of them still says is for nobody but the close has to be heard.
    this.backendDrains()
    this.clientDrains()
  }

  refresh(): boolean {
    return false
  }

  /** The client is full: the backend has to wait. */
  clientFull(): void {
    if (this.#isBackendHeld) return
    this.#isBackendHeld = true
    this.#backend.pause()
  }

  clientDrains(): void {
    if (!this.#isBackendHeld) return
    this.#isBackendHeld = false
    this.#backend.resume()
  }

  backendFull(): void {
    if (this.#isClientHeld) return
    this.#isClientHeld = true
    this.#client.pause()
  }

  backendDrains(): void {
    if (!this.#isClientHeld) return
    this.#isClientHeld = false
    this.#client.resume()
  }

  clientClose(payload: Buffer): void {
    this.#clientSaidClose = true
    this.#hold.closed()
    this.#backend.sendClose(payload)
    if (this.#backendSaidClose) this.#finish()
    else this.#backend.closeLate()
  }

  backendClose(payload: Buffer): void {
    this.#backendSaidClose = true
    // What was published during a message that now has no end is lost: within that message there is no place for it.
    this.#hold.closed()
    this.#client.sendClose(payload)
    if (this.#clientSaidClose) this.#finish()
    else this.#client.closeLate()
  }

  clientGone(): void {
    this.#oneGone(this.#clientSaidClose, this.#backend)
  }

  backendGone(): void {
    this.#oneGone(this.#backendSaidClose, this.#client)
  }

  /**
   * Without a close the other end gets none either; with one it is to hear all that came before it. Only the first one matters: that one may still be told why it failed, and would
   * not hear it if it was cut when the other has gone as well.
   */
  #oneGone(saidClose: boolean, other: Peer): void {
    this.#hold.closed()
    if (this.#isOneGone) return
    this.#isOneGone = true
    if (saidClose) other.finish()
    else other.destroy()
  }

  #finish(): void {
    this.#client.finish()
    this.#backend.finish()
  }

  #letGoOfBackend(): void {
    this.#backend.owner = new ClosingPeer(this.#backend)
    this.#backend.close(undefined, '')
  }
}
