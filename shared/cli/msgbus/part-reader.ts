import { MsgbusError } from './address.ts'

/** A message as a subscriber gets it. */
export interface Part {
  /** Undefined unless the subscription is to the root. */
  readonly channel: string | undefined
  readonly type: string
  readonly sender: string | undefined
  readonly content: Buffer
}

const BOUNDARY = Buffer.from('--00MsgBus00\n')
const MAX_HEAD = 65_536

/** Reads the body of a subscription, in pieces of any size. */
export class PartReader {
  readonly #onPart: (part: Part) => void
  #bytes: Buffer = Buffer.alloc(0)
  #hasBegun = false

  constructor(onPart: (part: Part) => void) {
    this.#onPart = onPart
  }

  /** @throws MsgbusError when this is no body of a subscription. */
  read(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece])
    if (!this.#hasBegun) {
      if (this.#bytes.length < BOUNDARY.length) return
      this.#takeBoundary(0)
      this.#hasBegun = true
    }
    while (this.#readPart());
  }

  /** @returns false when the next part is not there yet as a whole. */
  #readPart(): boolean {
    const end = this.#bytes.indexOf('\n\n')
    if (end === -1) {
      if (this.#bytes.length > MAX_HEAD) throw new MsgbusError('a part without an end of its head')
      return false
    }
    const head = this.#bytes.toString('utf8', 0, end)
    const value = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]
    const length = value('content-length')
    const start = end + 2
    // Servers that say no length leave it to the boundary.
    const stop = length === undefined ? this.#bytes.indexOf(BOUNDARY, start) : start + Number(length)
    if (stop === -1 || this.#bytes.length < stop + BOUNDARY.length) return false
    const content = this.#bytes.subarray(start, stop)
    this.#takeBoundary(stop)
    const channel = value('content-location')?.slice('/msgbus/'.length)
    this.#onPart({ channel, type: value('content-type') ?? '', sender: value('from'), content })
    return true
  }

  #takeBoundary(at: number): void {
    const end = at + BOUNDARY.length
    if (!this.#bytes.subarray(at, end).equals(BOUNDARY)) throw new MsgbusError('a part without its boundary')
    this.#bytes = this.#bytes.subarray(end)
  }
}
