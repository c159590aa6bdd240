import { isUtf8 } from 'node:buffer'
import { INVALID_DATA } from './frames/close-code.ts'
import { FrameError } from './frames/frame-error.ts'
import { CONTINUATION, TEXT } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import { inflateMessage } from './frames/message-deflate.ts'
import { Gathered } from './gathered.ts'
import type { PeerOwner } from './peer.ts'

/** Stands before the owner of a client that may compress: hands on each compressed message as one frame that is not (RFC 7692). */
export class InflatedMessages implements PeerOwner {
  readonly #owner: PeerOwner
  readonly #maxMessage: number
  #opcode = 0
  #fin = false
  /** Of a compressed message, in all its frames. */
  #pieces: Gathered | undefined

  constructor(owner: PeerOwner, maxMessage: number) {
    this.#owner = owner
    this.#maxMessage = maxMessage
  }

  begin(head: FrameHead): void {
    this.#fin = head.fin
    if (head.compressed) {
      this.#opcode = head.opcode
      this.#pieces = new Gathered()
    } else if (head.opcode !== CONTINUATION || this.#pieces === undefined) {
      this.#owner.begin(head)
    }
  }

  data(piece: Buffer): void {
    if (this.#pieces === undefined) this.#owner.data(piece)
    else this.#pieces.add(piece)
  }

  end(): void {
    const pieces = this.#pieces
    if (pieces === undefined) {
      this.#owner.end()
    } else if (this.#fin) {
      this.#pieces = undefined
      const message = inflateMessage(pieces.take(), this.#maxMessage)
      if (this.#opcode === TEXT && !isUtf8(message)) throw new FrameError(INVALID_DATA, 'a text is not UTF-8')
      this.#owner.begin({ opcode: this.#opcode, fin: true, compressed: false, length: message.length })
      if (message.length > 0) this.#owner.data(message)
      this.#owner.end()
    }
  }

  control(opcode: number, payload: Buffer): void {
    this.#owner.control(opcode, payload)
  }

  drained(): void {
    this.#owner.drained()
  }

  closed(): void {
    this.#owner.closed()
  }
}
