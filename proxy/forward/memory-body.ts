import type { OutgoingBody } from './attempt.ts'

/** A request's body that did not come as one: it is in memory, and can be sent as often as needed. */
export class MemoryBody implements OutgoingBody {
  /** A backend may have got it with the head. */
  readonly hasBeenRead = true
  readonly isTooLargeToKeep = false
  readonly #content: Buffer

  constructor(content: Buffer) {
    this.#content = content
  }

  /** Bytes. */
  get size(): number {
    return this.#content.length
  }

  open(): Buffer {
    return this.#content
  }

  /** Undefined when it is longer than `limit` bytes. */
  async peek(limit: number): Promise<Buffer | undefined> {
    return this.#content.length > limit ? undefined : this.#content
  }

  async read(): Promise<Buffer> {
    return this.#content
  }
}
