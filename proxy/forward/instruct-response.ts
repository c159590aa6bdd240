import type { Exchange } from '../accept/exchange.ts'
import { errors } from '../accept/errors.ts'
import { sendError } from '../send/send-error.ts'
import type { Flow, ResponseHead, ResponseSink } from './origin-response.ts'

/** A response with instructions is read whole before it is acted on, up to this size in bytes (GRIP 2.8). */
const INSTRUCT_LIMIT = 100_000

/** What a whole response with instructions is handed to. */
export type OnInstruct = (head: ResponseHead, body: Buffer) => void

/** Tries to go on with a response too large to read whole; undefined when its instructions do not allow that. */
export type OnLargeInstruct = (head: ResponseHead, start: Buffer, flow: Flow) => ResponseSink | undefined

/** Collects a backend's response that holds instructions. */
export class InstructResponse implements ResponseSink {
  readonly #exchange: Exchange
  readonly #head: ResponseHead
  readonly #flow: Flow
  readonly #onWhole: OnInstruct
  readonly #onLarge: OnLargeInstruct
  #chunks: Buffer[] = []
  #size = 0
  #successor: ResponseSink | undefined

  constructor(exchange: Exchange, head: ResponseHead, flow: Flow, onWhole: OnInstruct, onLarge: OnLargeInstruct) {
    this.#exchange = exchange
    this.#head = head
    this.#flow = flow
    this.#onWhole = onWhole
    this.#onLarge = onLarge
  }

  data(chunk: Buffer): void {
    if (this.#successor !== undefined) {
      this.#successor.data(chunk)
      return
    }
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size <= INSTRUCT_LIMIT) return
    this.#successor = this.#onLarge(this.#head, Buffer.concat(this.#chunks), this.#flow)
    this.#chunks = []
    if (this.#successor !== undefined) return
    const target = this.#exchange.tried?.name
    sendError(this.#exchange, errors.originFailed, `GRIP instruct response too large from ${target}`)
    this.#flow.abort()
  }

  end(): void {
    if (this.#successor === undefined) this.#onWhole(this.#head, Buffer.concat(this.#chunks))
    else this.#successor.end([])
  }

  fail(): void {
    if (this.#successor === undefined) sendError(this.#exchange, errors.originFailed)
    else this.#successor.fail()
  }
}
