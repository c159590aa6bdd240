import { isGripHeader } from '../../shared/grip/instruct/grip-response.ts'
import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList, HttpResponseFormat } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Delivery } from '../send/delivery.ts'
import { sendResponse } from '../send/send-response.ts'
import { patchBody } from './body-patch.ts'
import type { Hold } from './hold.ts'
import type { Timer, TimerWheel } from './timer-wheel.ts'

/** What a hold does at its end. */
export interface ResponseHoldEvents {
  ended(hold: ResponseHold): void
  /** Sends the request to the backend again; the hold has ended then. */
  retry(exchange: Exchange): void
}

/** A long poll (GRIP 3.5): nothing is sent until something is published or the time is up; then one whole response. */
export class ResponseHold implements Hold {
  readonly id: string
  readonly channels: readonly string[]
  readonly lingers = true
  readonly #exchange: Exchange
  readonly #held: InstructResponse
  readonly #wheel: TimerWheel
  readonly #events: ResponseHoldEvents
  #timer: Timer | undefined

  constructor(
    exchange: Exchange,
    channels: readonly string[],
    held: InstructResponse,
    wheel: TimerWheel,
    events: ResponseHoldEvents,
  ) {
    this.id = exchange.facts.id
    this.channels = channels
    this.#exchange = exchange
    this.#held = held
    this.#wheel = wheel
    this.#events = events
    exchange.onClose = () => this.#end()
  }

  /** @param timeout seconds until the held response itself is sent. */
  start(timeout: number): void {
    if (this.#exchange.over) return
    // What it was told to do before it was live comes first.
    this.#timer ??= this.#wheel.after(timeout * 1000, () => this.#answer(this.#held))
  }

  deliver({ httpResponse }: Delivery): boolean {
    if (httpResponse === undefined) return false
    if (httpResponse.action === 'send') this.#answer(published(this.#held, httpResponse))
    else if (httpResponse.action === 'hint') this.#retry()
    return true
  }

  recover(): void {
    // All holds of all clients at once would be a wave the backend drowns in.
    this.#timer?.cancel()
    this.#timer = this.#wheel.after(Math.random() * RECOVER_SPREAD, () => this.#retry())
  }

  refresh(): boolean {
    return false
  }

  goAway(): void {}

  #answer(response: InstructResponse): void {
    this.#end()
    sendResponse(this.#exchange, response)
  }

  #retry(): void {
    this.#end()
    if (this.#exchange.over) return
    this.#exchange.isRetry = true
    this.#exchange.isHeld = false
    this.#events.retry(this.#exchange)
  }

  #end(): void {
    this.#timer?.cancel()
    this.#events.ended(this)
  }
}

/** Milliseconds over which recovering holds ask their backends. */
const RECOVER_SPREAD = 1000

const NO_BODY = Buffer.alloc(0)

/** GRIP 4.3: the held response's headers unless published anew; its status is not inherited. */
function published(held: InstructResponse, format: HttpResponseFormat & { action: 'send' }): InstructResponse {
  const { code, reason, bodyPatch } = format
  const body = format.body ?? (bodyPatch === undefined ? NO_BODY : (patchBody(held.body, bodyPatch) ?? NO_BODY))
  return { code, reason, body, headers: mergeHeaders(held.headers, format.headers) }
}

function mergeHeaders(held: HeaderList, added: HeaderList): HeaderList {
  if (added.length === 0) return held
  const names = new Set(added.map(([name]) => name.toLowerCase()))
  const kept = held.filter(([name]) => !names.has(name.toLowerCase()))
  return [...kept, ...added.filter(([name]) => !isGripHeader(name))]
}
