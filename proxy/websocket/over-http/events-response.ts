import type { Flow, ResponseHead, ResponseSink } from '../../forward/origin-response.ts'

/** A response with events is read whole, up to this size in bytes (GRIP 7.4). */
const LIMIT = 1_000_000

/** Collects the body of a response with events. */
export class EventsResponse implements ResponseSink {
  readonly #head: ResponseHead
  readonly #flow: Flow
  readonly #onWhole: (head: ResponseHead, body: Buffer) => void
  readonly #onFailure: (reason: string) => void
  #pieces: Buffer[] = []
  #size = 0
  #hasFailed = false

  constructor(
    head: ResponseHead,
    flow: Flow,
    onWhole: (head: ResponseHead, body: Buffer) => void,
    onFailure: (reason: string) => void,
  ) {
    this.#head = head
    this.#flow = flow
    this.#onWhole = onWhole
    this.#onFailure = onFailure
  }

  data(piece: Buffer): void {
    if (this.#hasFailed) return
    this.#pieces.push(piece)
    this.#size += piece.length
    if (this.#size <= LIMIT) return
    this.#fail(`the response is larger than ${LIMIT} bytes`)
    this.#flow.abort()
  }

  end(): void {
    if (!this.#hasFailed) this.#onWhole(this.#head, Buffer.concat(this.#pieces))
  }

  fail(): void {
    if (!this.#hasFailed) this.#fail('the response has no end')
  }

  #fail(reason: string): void {
    this.#hasFailed = true
    this.#pieces = []
    this.#onFailure(reason)
  }
}

/** Whether a response is what a backend answers events with: exactly this type, without parameters. */
export function isEvents({ code, headers }: ResponseHead): boolean {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type')
  return code === 200 && at !== -1 && headers[at + 1] === 'application/websocket-events'
}
