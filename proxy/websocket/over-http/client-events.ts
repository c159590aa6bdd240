import { CLOSE, PING, TEXT, CONTINUATION } from '../frames/frame.ts'
import type { FrameHead } from '../frames/frame.ts'
import { Gathered } from '../gathered.ts'
import type { PeerOwner } from '../peer.ts'
import type { WebSocketEvent } from './event.ts'

/** Who turns a client's events into requests. */
export interface EventsOwner {
  event(event: WebSocketEvent): void
  drained(): void
  closed(): void
}

/** Hears a client whose backend is spoken to over HTTP: puts its frames together to messages (GRIP 7.4). */
export class ClientEvents implements PeerOwner {
  readonly #owner: EventsOwner
  #opcode = 0
  #fin = false
  readonly #pieces = new Gathered()

  constructor(owner: EventsOwner) {
    this.#owner = owner
  }

  begin({ opcode, fin }: FrameHead): void {
    if (opcode !== CONTINUATION) this.#opcode = opcode
    this.#fin = fin
  }

  data(piece: Buffer): void {
    this.#pieces.add(piece)
  }

  end(): void {
    if (!this.#fin) return
    this.#owner.event({ type: this.#opcode === TEXT ? 'TEXT' : 'BINARY', content: this.#pieces.take() })
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) this.#owner.event(closeEvent(payload))
    else this.#owner.event({ type: opcode === PING ? 'PING' : 'PONG', content: Buffer.from(payload) })
  }

  drained(): void {
    this.#owner.drained()
  }

  closed(): void {
    this.#owner.closed()
  }
}

function closeEvent(payload: Buffer): WebSocketEvent {
  if (payload.length === 0) return { type: 'CLOSE', code: undefined, reason: payload }
  return { type: 'CLOSE', code: payload.readUInt16BE(), reason: Buffer.from(payload.subarray(2)) }
}
