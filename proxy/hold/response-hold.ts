import { isGripHeader } from '../../shared/grip/instruct/grip-response.ts'
import type { Instruct, InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList, HttpResponseFormat, PublishItem } from '../../shared/grip/item/publish-item.ts'
import { errors } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Post } from '../filter/filter.ts'
import { HTTP_RESPONSE } from '../../shared/observe/transport.ts'
import type { Route } from '../choose/route.ts'
import { heldScript } from '../cross-origin/whole-script.ts'
import type { Delivery } from '../send/delivery.ts'
import { sendError } from '../send/send-error.ts'
import { sendResponse } from '../send/send-response.ts'
import { patchBody } from './body-patch.ts'
import { onBehalfOf } from '../forward/internal-requests.ts'
import type { FilterPosts } from './filter-posts.ts'
import type { Hold } from './hold.ts'
import { isSelective } from './hold-channels.ts'
import type { HoldChannels } from './hold-channels.ts'
import { Intake } from './intake.ts'
import type { IntakeOwner } from './intake.ts'
import type { Update, UpdateQueue } from './links/update-queue.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { Timer, TimerWheel } from './timer-wheel.ts'

/** What all long polls of a worker share. */
export interface ResponseHoldContext {
  readonly wheel: TimerWheel
  readonly subscriptions: Subscriptions
  readonly updates: UpdateQueue
  readonly posts: Pick<FilterPosts, 'of'>
  /** Bytes of items that may wait for a filter. */
  readonly queueMax: number
  ended(hold: ResponseHold): void
  tooSlow(uri: string, waiting: number): void
  /** Sends the request to the backend again; the hold has ended then. */
  retry(exchange: Exchange): void
}

/** A long poll (GRIP 3.5): nothing is sent until something is published or the time is up; then one whole response. */
export class ResponseHold implements Hold, Update, IntakeOwner<HttpResponseFormat> {
  readonly lingers = true
  readonly #exchange: Exchange
  readonly #channels: HoldChannels
  readonly #held: InstructResponse
  readonly #context: ResponseHoldContext
  /** Undefined when every item is for it. */
  readonly #intake: Intake<HttpResponseFormat> | undefined
  #timer: Timer | undefined
  #isQueued = false
  /** Told once when the hold has ended. */
  onGone: (() => void) | undefined
  isOver = false

  constructor(
    exchange: Exchange,
    channels: HoldChannels,
    { response, meta }: Pick<Instruct, 'response' | 'meta'>,
    context: ResponseHoldContext,
  ) {
    this.#channels = channels
    this.#exchange = exchange
    this.#held = response
    this.#context = context
    if (isSelective(channels)) {
      this.#intake = new Intake<HttpResponseFormat>(this, meta, context.queueMax)
      for (const [name, subscription] of channels) this.#intake.subscribe(name, subscription)
    }
    exchange.onClose = () => this.#end()
  }

  get isRetry(): boolean {
    return this.#exchange.isRetry
  }

  get id(): string {
    return this.#exchange.facts.id
  }

  get channels(): Iterable<string> {
    return this.#channels.keys()
  }

  get transport(): typeof HTTP_RESPONSE {
    return HTTP_RESPONSE
  }

  get route(): Route {
    return this.#exchange.facts.route
  }

  /** @param timeout seconds until the held response itself is sent. */
  start(timeout: number): void {
    // What it was told to do before it was live comes first.
    if (this.#exchange.over || this.isOver) return
    this.#timer = this.#context.wheel.after(timeout * 1000, () => this.#answer(this.#held))
    if (this.#hasMissed()) this.#retry()
  }

  deliver(delivery: Delivery): boolean {
    if (this.#intake !== undefined) return this.#intake.take(delivery)
    const { httpResponse } = delivery
    if (httpResponse === undefined) return false
    this.#apply(httpResponse, delivery.channel, delivery.responseId)
    return true
  }

  recover(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.#context.updates.add(this.key, this)
  }

  catchUp(): void {
    if (this.#intake !== undefined && this.#intake.lastIds().length > 0) this.recover()
  }

  refresh(): boolean {
    return false
  }

  goAway(): void {}

  /** With its client's own headers: no two requests are equal. */
  get key(): string {
    return `retry ${this.id}`
  }

  run(): void {
    this.#isQueued = false
    this.#retry()
  }

  formatOf(item: PublishItem): HttpResponseFormat | undefined {
    return item.httpResponse
  }

  apply(format: HttpResponseFormat, content: Buffer, { channel, id }: PublishItem): void {
    const filtered = format.action === 'send' && format.body !== undefined ? { ...format, body: content } : format
    this.#apply(filtered, channel, id)
  }

  outOfStep(channel: string): void {
    this.#context.subscriptions.forget(channel)
    this.recover()
  }

  post(...request: Parameters<Post>): ReturnType<Post> {
    return this.#context.posts.of(onBehalfOf(this.#exchange), () => !this.isOver)(...request)
  }

  filterFailed(message: string): void {
    if (!this.#exchange.facts.debug) return
    this.#end()
    sendError(this.#exchange, errors.originFailed, message)
  }

  overflow(bytes: number): void {
    this.#end()
    this.#context.tooSlow(this.#exchange.uri, bytes)
    this.#exchange.res.destroy()
  }

  /** GRIP 6.4: published between the backend's answer and now. */
  #hasMissed(): boolean {
    const { subscriptions } = this.#context
    let hasMissed = false
    for (const channel of this.#channels.keys()) {
      if (this.#intake?.hasMissed(channel, subscriptions.lastId(channel)) !== true) continue
      // The retry must not find the same again, if the backend knows nothing of the item.
      subscriptions.forget(channel)
      hasMissed = true
    }
    return hasMissed
  }

  #apply(format: HttpResponseFormat, channel: string, id: string | undefined): void {
    if (format.action === 'send') {
      this.#exchange.session?.delivered(channel, [id])
      this.#answer(published(this.#held, format))
    } else if (format.action === 'hint') {
      this.#retry()
    }
  }

  #answer(response: InstructResponse): void {
    this.#end()
    sendResponse(this.#exchange, response, heldScript)
  }

  #retry(): void {
    this.#end()
    if (this.#exchange.over) return
    this.#exchange.isRetry = true
    this.#exchange.isHeld = false
    this.#exchange.lastIds = this.#intake?.lastIds() ?? []
    this.#context.retry(this.#exchange)
  }

  #end(): void {
    this.isOver = true
    this.#timer?.cancel()
    if (this.#isQueued) this.#context.updates.remove(this.key, this)
    this.#context.ended(this)
    const { onGone } = this
    this.onGone = undefined
    onGone?.()
  }
}

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
