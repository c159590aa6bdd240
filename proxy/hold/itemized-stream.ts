import type { Instruct } from '../../shared/grip/instruct/instruct.ts'
import type { HttpStreamFormat, PublishItem } from '../../shared/grip/item/publish-item.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Post } from '../filter/filter.ts'
import { onBehalfOf } from '../forward/internal-requests.ts'
import type { Delivery } from '../send/delivery.ts'
import type { FilterPosts } from './filter-posts.ts'
import type { HoldChannels } from './hold-channels.ts'
import type { HoldTable } from './hold-table.ts'
import { Intake } from './intake.ts'
import type { IntakeOwner } from './intake.ts'
import { NextLinks } from './links/next-links.ts'
import type { LinkedStream, NextLinksContext } from './links/next-links.ts'
import { StreamHold } from './stream-hold.ts'
import type { StreamHoldContext } from './stream-hold.ts'
import type { Subscriptions } from './subscriptions.ts'

/** What streams need that look at items one by one. */
export interface ItemizedStreamContext extends StreamHoldContext, NextLinksContext {
  readonly table: HoldTable
  readonly subscriptions: Subscriptions
  readonly posts: Pick<FilterPosts, 'of'>
  /** For the log: a link has added a channel. */
  subscribed(exchange: Exchange, channel: string): void
  /** With the route's prefix and the target's own channels. */
  channelsOf(exchange: Exchange, instruct: Instruct): HoldChannels
}

/** A stream whose channels are ordered or filtered, or that goes on with a next link (GRIP 6.3, 6.5). */
export class ItemizedStream extends StreamHold implements LinkedStream, IntakeOwner<HttpStreamFormat> {
  readonly #exchange: Exchange
  readonly #context: ItemizedStreamContext
  readonly #intake: Intake<HttpStreamFormat>
  readonly #links: NextLinks
  readonly #subscribed: Set<string>

  constructor(exchange: Exchange, instruct: Instruct, channels: HoldChannels, context: ItemizedStreamContext) {
    const subscribed = new Set(channels.keys())
    super(exchange, subscribed, context)
    this.#subscribed = subscribed
    this.#exchange = exchange
    this.#context = context
    this.#links = new NextLinks(this, onBehalfOf(exchange), context)
    this.#intake = new Intake<HttpStreamFormat>(this, instruct.meta, context.queueMax)
    for (const [name, subscription] of channels) this.#intake.subscribe(name, subscription)
    // What comes before the stream's own beginning has been sent waits for it.
    this.#intake.pause()
  }

  /** The backend's response has been sent, the channels are live. */
  begin(instruct: Instruct): void {
    let hasMissed = false
    for (const channel of this.#subscribed) if (this.#hasMissed(channel)) hasMissed = true
    this.#goOn(instruct)
    if (hasMissed) this.#links.updateSoon()
  }

  /** To be asked once, when the channel is live. */
  #hasMissed(channel: string): boolean {
    const { subscriptions } = this.#context
    const hasMissed = this.#intake.hasMissed(channel, subscriptions.lastId(channel))
    if (hasMissed) subscriptions.forget(channel)
    return hasMissed
  }

  override deliver(delivery: Delivery): boolean {
    this.#links.heard(delivery.channel)
    return this.#intake.take(delivery)
  }

  override recover(): void {
    this.#links.updateSoon()
  }

  catchUp(): void {
    this.#links.updateSoon()
  }

  override closed(): void {
    this.#links.stop()
    super.closed()
  }

  get isOver(): boolean {
    return !this.isOpen
  }

  formatOf(item: PublishItem): HttpStreamFormat | undefined {
    return item.httpStream
  }

  apply(format: HttpStreamFormat, content: Buffer, { channel, id }: PublishItem): void {
    if (format.action === 'send') this.append(content)
    else if (format.action === 'close') this.finish()
    else if (format.action === 'hint') this.#hint()
    this.delivered(channel, [id])
  }

  /** What waits is among what the backend will say. */
  #hint(): void {
    this.#intake.clear()
    this.#links.updateNow()
  }

  outOfStep(channel: string): void {
    this.#context.subscriptions.forget(channel)
    this.#links.updateSoon()
  }

  post(...request: Parameters<Post>): ReturnType<Post> {
    return this.#context.posts.of(onBehalfOf(this.#exchange), () => !this.isOver)(...request)
  }

  filterFailed(message: string): void {
    if (this.#exchange.facts.debug) this.cut(message)
  }

  overflow(bytes: number): void {
    this.cutTooSlow(bytes)
  }

  lastIds(): { channel: string; id: string }[] {
    return this.#intake.lastIds()
  }

  beginUpdate(): void {
    this.#intake.pause()
  }

  content(bytes: Buffer, resume?: () => void): boolean {
    // Nothing may come between its pieces; until they come the client is kept alive.
    this.setKeepAlive(undefined)
    if (resume !== undefined) return this.write(bytes, resume)
    this.append(bytes)
    return true
  }

  adopt(instruct: Instruct): void {
    if (this.isOver) return
    const channels = this.#context.channelsOf(this.#exchange, instruct)
    const { table } = this.#context
    for (const channel of this.#subscribed) {
      if (channels.has(channel)) continue
      this.#subscribed.delete(channel)
      this.#intake.unsubscribe(channel)
      table.leave(this, channel)
    }
    this.#intake.meta = instruct.meta
    let missing = 1
    let hasMissed = false
    const live = (): void => {
      if (--missing > 0 || this.isOver) return
      this.#goOn(instruct)
      if (hasMissed) this.#links.updateSoon()
    }
    for (const [channel, subscription] of channels) {
      this.#intake.subscribe(channel, subscription)
      if (this.#subscribed.has(channel)) continue
      this.#subscribed.add(channel)
      missing++
      table.join(this, channel, (isLive) => {
        if (isLive && !this.isOver) {
          this.#context.subscribed(this.#exchange, channel)
          if (this.#hasMissed(channel)) hasMissed = true
        }
        live()
      })
    }
    live()
  }

  #goOn(instruct: Instruct): void {
    const { hold, nextLink, channels, keepAlive } = instruct
    // GRIP 3.6: without a link there is no way to fetch what an ordered channel has missed.
    const ordered = nextLink === undefined && channels.find(({ prevId }) => prevId !== undefined)
    if (ordered) {
      this.cut(`channel '${ordered.name}' specifies prev-id, but no next link found`)
    } else if (hold === 'none' && nextLink === undefined) {
      this.finish()
    } else {
      this.setKeepAlive(keepAlive)
      if (hold === 'stream') this.#intake.resume()
      this.#links.start(instruct)
    }
  }
}
