import { InstructError } from '../../../shared/grip/instruct/instruct-error.ts'
import type { Instruct } from '../../../shared/grip/instruct/instruct.ts'
import { parseInstruct } from '../../../shared/grip/instruct/parse-instruct.ts'
import { FilterError } from '../../filter/filter.ts'
import type { BodyFilter } from '../../filter/response-content-filter.ts'
import type { InternalRequests, OnBehalfOf } from '../../forward/internal-requests.ts'
import type { Flow, ResponseHead, ResponseSink } from '../../forward/origin-response.ts'
import { pairs } from '../../forward/raw-headers.ts'
import type { RawHeaders } from '../../forward/raw-headers.ts'
import { bodyFilter } from '../body-filter.ts'
import type { Timer, TimerWheel } from '../timer-wheel.ts'

/** A stream that a next link is fetched for. */
export interface LinkReceiver {
  /**
   * @param resume without it nobody waits for the client: one for which too much waits is cut.
   * @returns false when the client does not keep up: `resume` is called when it has.
   */
  content(bytes: Buffer, resume?: () => void): boolean
  fetched(instruct: Instruct): void
  /** The fetch has failed for good. */
  fetchFailed(message: string): void
  /** The response is too large to be kept for all: each has to fetch it for itself. */
  fetchAlone(): void
}

export interface LinkFetchContext {
  readonly requests: InternalRequests
  readonly wheel: TimerWheel
  /** For the access log. */
  requested(method: string, uri: string, code: number, bytes: number): void
}

const MAX_RETRIES = 5
const FIRST_DELAY = 1000

/** Milliseconds until an answer has to begin: streams get nothing else meanwhile, and a backend that is gone may never say so. */
const HEAD_LIMIT = 300_000

/** Bytes of a body that several streams get; a larger one has to go through at the pace of each client. */
const SHARED_LIMIT = 100_000

/** Fetches a next link, once for all streams that want the same of it, again when it fails, and hands out what comes (GRIP 6.5). */
export class LinkFetch implements ResponseSink {
  readonly #uri: URL
  readonly #headers: RawHeaders
  readonly #behalf: OnBehalfOf
  readonly #context: LinkFetchContext
  readonly #receivers: Set<LinkReceiver>
  #isShared: boolean
  #retries = 0
  #timer: Timer | undefined
  #limit: Timer | undefined
  #abort: (() => void) | undefined
  #flow: Flow | undefined
  #instruct: Instruct | undefined
  #filter: BodyFilter | undefined
  #collected: Buffer[] = []
  #size = 0
  #code = 0

  /** @param headers `Grip-Last`, the same for all receivers. */
  constructor(
    uri: URL,
    headers: RawHeaders,
    behalf: OnBehalfOf,
    receivers: readonly LinkReceiver[],
    context: LinkFetchContext,
  ) {
    this.#uri = uri
    this.#headers = headers
    this.#behalf = behalf
    this.#receivers = new Set(receivers)
    this.#isShared = receivers.length > 1
    this.#context = context
  }

  start(): void {
    this.#timer = undefined
    const request = { method: 'GET', uri: this.#uri, headers: this.#headers, body: undefined } as const
    let isTooLate = false
    this.#limit = this.#context.wheel.after(HEAD_LIMIT, () => {
      isTooLate = true
      this.fail()
      this.#abort?.()
    })
    this.#abort = this.#context.requests.send(request, this.#behalf, {
      isOver: () => this.#isOver || isTooLate,
      onHead: (head, flow) => this.#begin(head, flow),
      onFailure: () => this.fail(),
    })
  }

  /** The receiver wants nothing more of it. */
  leave(receiver: LinkReceiver): void {
    this.#receivers.delete(receiver)
    if (!this.#isOver) return
    this.#timer?.cancel()
    this.#limit?.cancel()
    this.#abort?.()
  }

  data(chunk: Buffer): void {
    if (this.#instruct === undefined) return
    const bytes = this.#filtered(chunk)
    if (bytes === undefined || bytes.length === 0) return
    this.#size += bytes.length
    if (!this.#isShared) {
      this.#hand(bytes)
      return
    }
    this.#collected.push(bytes)
    if (this.#size <= SHARED_LIMIT) return
    const receivers = this.#takeReceivers()
    this.#abort?.()
    for (const receiver of receivers) receiver.fetchAlone()
  }

  end(): void {
    const instruct = this.#instruct
    // A refused response has been dealt with at its head.
    if (instruct === undefined) return
    try {
      this.#filter?.finish()
    } catch (error) {
      this.#failFor(error)
      return
    }
    this.#context.requested('GET', this.#uri.href, this.#code, this.#size)
    const body = this.#isShared ? Buffer.concat(this.#collected) : undefined
    if (body !== undefined && body.length > 0) this.#hand(body)
    for (const receiver of this.#takeReceivers()) receiver.fetched(instruct)
  }

  fail(): void {
    if (this.#isOver || this.#timer !== undefined) return
    this.#limit?.cancel()
    const hasSent = !this.#isShared && this.#size > 0
    if (hasSent || this.#retries === MAX_RETRIES) {
      this.#refuse('Failed to retrieve next link.')
      return
    }
    this.#instruct = undefined
    this.#collected = []
    this.#size = 0
    const delay = FIRST_DELAY * 2 ** this.#retries++ + Math.floor(Math.random() * 1000)
    this.#timer = this.#context.wheel.after(delay, () => this.start())
  }

  get #isOver(): boolean {
    return this.#receivers.size === 0
  }

  #begin(head: ResponseHead, flow: Flow): ResponseSink {
    this.#flow = flow
    this.#limit?.cancel()
    if (head.code < 200 || head.code > 299) {
      this.#context.requested('GET', this.#uri.href, head.code, 0)
      this.fail()
      // Behind it, since it may come back here as another failure.
      flow.abort()
      return IGNORE
    }
    this.#code = head.code
    try {
      const instruct = instructOf(head)
      if (instruct.hold === 'response') throw new InstructError('Next link returned non-stream hold.')
      this.#instruct = instruct
      this.#filter = undefined
    } catch (error) {
      this.#failFor(error)
      return IGNORE
    }
    return this
  }

  /** A single client is waited for; of several, each has its own limit of what may wait. */
  #hand(bytes: Buffer): void {
    const flow = this.#flow
    for (const receiver of this.#receivers) {
      if (this.#isShared) receiver.content(bytes)
      else if (!receiver.content(bytes, () => flow?.resume())) flow?.pause()
    }
  }

  #filtered(chunk: Buffer): Buffer | undefined {
    try {
      // A response without content needs no metadata for them.
      this.#filter ??= this.#instruct && bodyFilter(this.#instruct)
      return this.#filter === undefined ? chunk : this.#filter.update(chunk)
    } catch (error) {
      this.#failFor(error)
      return undefined
    }
  }

  /** The response will not do, however often it is fetched. */
  #failFor(error: unknown): void {
    if (!(error instanceof InstructError || error instanceof FilterError)) throw error
    this.#instruct = undefined
    this.#refuse(error.message)
    this.#abort?.()
    this.#flow?.abort()
  }

  #refuse(message: string): void {
    for (const receiver of this.#takeReceivers()) receiver.fetchFailed(message)
  }

  /** What a receiver does next may be a fetch of its own, or come back here. */
  #takeReceivers(): LinkReceiver[] {
    const receivers = [...this.#receivers]
    this.#receivers.clear()
    return receivers
  }
}

const IGNORE: ResponseSink = { data() {}, end() {}, fail() {} }

/** Of the headers alone: the body is the client's (GRIP 6.5). Throws InstructError. */
function instructOf({ code, reason, headers }: ResponseHead): Instruct {
  const instructive = pairs(headers).filter(([name]) => name.toLowerCase() !== 'content-type')
  return parseInstruct({ code, reason, headers: instructive, body: NOTHING }, { legacyTypes: false })
}

const NOTHING: Buffer = Buffer.alloc(0)
