import { CLOSE } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import type { FrameSink } from './frames/frame-reader.ts'
import { GripFilter } from './grip-filter.ts'
import type { GripFilterSink } from './grip-filter.ts'
import { readControl } from './grip-message.ts'
import type { Peer, PeerOwner } from './peer.ts'
import type { Relay } from './relay.ts'
import type { WebSocketHold } from './web-socket-hold.ts'

/** Hears the backend of a relay: its frames go on to the client, its control messages to the hold (GRIP 7.2, 7.3). */
export class FromBackend implements PeerOwner {
  readonly #relay: Relay
  readonly #frames: FrameSink

  constructor(
    relay: Relay,
    client: Peer,
    hold: WebSocketHold,
    messagePrefix: Buffer | undefined,
    debug: (message: string) => void,
  ) {
    this.#relay = relay
    const frames = new ToClient(relay, client, hold, debug)
    this.#frames = messagePrefix === undefined ? frames : new GripFilter(messagePrefix, frames)
  }

  begin(head: FrameHead): void {
    this.#frames.begin(head)
  }

  data(piece: Buffer): void {
    this.#frames.data(piece)
  }

  end(): void {
    this.#frames.end()
  }

  control(opcode: number, payload: Buffer): void {
    this.#frames.control(opcode, payload)
  }

  drained(): void {
    this.#relay.backendDrains()
  }

  closed(): void {
    this.#relay.backendGone()
  }
}

/** What of the backend's frames is for the client. */
class ToClient implements GripFilterSink {
  readonly #relay: Relay
  readonly #client: Peer
  readonly #hold: WebSocketHold
  readonly #debug: (message: string) => void
  #isLast = false

  constructor(relay: Relay, client: Peer, hold: WebSocketHold, debug: (message: string) => void) {
    this.#relay = relay
    this.#client = client
    this.#hold = hold
    this.#debug = debug
  }

  begin(head: FrameHead): void {
    this.#isLast = head.fin
    this.#hold.beginMessage()
    if (!this.#client.beginFrame(head)) this.#relay.clientFull()
  }

  data(piece: Buffer): void {
    if (!this.#client.writePiece(piece)) this.#relay.clientFull()
  }

  end(): void {
    if (this.#isLast) this.#hold.endMessage()
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) this.#relay.backendClose(payload)
    else if (!this.#client.send(opcode, payload)) this.#relay.clientFull()
  }

  controlMessage(text: Buffer): void {
    const message = readControl(text, this.#debug)
    if (message !== undefined) this.#hold.control(message)
  }

  dropped(): void {
    this.#debug('dropping unprefixed message')
  }
}
