import type { Instruct } from '../../../shared/grip/instruct/instruct.ts'
import type { OnBehalfOf } from '../../forward/internal-requests.ts'
import { gripLast } from '../../forward/request-headers.ts'
import { requestUrl } from '../../forward/request-url.ts'
import { LinkFetch } from './link-fetch.ts'
import type { LinkFetchContext, LinkReceiver } from './link-fetch.ts'
import type { Listener, TimeoutRounds } from './timeout-rounds.ts'
import type { Update, UpdateQueue } from './update-queue.ts'

/** What all next links of a worker share. */
export interface NextLinksContext extends LinkFetchContext {
  readonly updates: UpdateQueue
  readonly rounds: TimeoutRounds
}

/** The stream behind next links. */
export interface LinkedStream {
  readonly channels: Iterable<string>
  lastIds(): readonly { readonly channel: string; readonly id: string }[]
  /** Its backend is being asked: what is published meanwhile comes after what that says. */
  beginUpdate(): void
  content: LinkReceiver['content']
  /** The backend's answer has been sent; what it says counts now. Calls `start` of the links when it does. */
  adopt(instruct: Instruct): void
  cut(message: string): void
}

let lastAlone = 0

/** Keeps a stream up to date by its next links: fetches each when it is time, and goes on with that of its answer (GRIP 6.5). */
export class NextLinks implements Update, Listener, LinkReceiver {
  readonly #stream: LinkedStream
  readonly #behalf: OnBehalfOf
  readonly #context: NextLinksContext
  /** Of the request or of the link that was fetched last. */
  #base: URL
  /** Undefined when there is nothing to fetch. */
  #next: URL | undefined
  #queuedAs: string | undefined
  #leaveRound: (() => void) | undefined
  #fetch: LinkFetch | undefined
  /** From the beginning of a fetch until the stream has adopted what it says. */
  #isUpdating = false
  /** Asked for while a fetch was under way. */
  #again = false
  #heard = new Set<string>()
  /** For its key, when nobody else is to get what it fetches. */
  #alone = 0

  constructor(stream: LinkedStream, behalf: OnBehalfOf, context: NextLinksContext) {
    this.#stream = stream
    this.#base = requestUrl(behalf.facts)
    this.#behalf = behalf
    this.#context = context
  }

  /** What an update asks for; equal ones are made with one request. */
  get key(): string {
    const { route, scheme, host } = this.#behalf.facts
    const ids = this.#stream.lastIds().map(({ channel, id }) => `${channel.length}:${channel}=${id}`)
    const { untrusted } = this.#behalf
    return ['link', this.#alone, route.where, untrusted, scheme, host, this.#next?.href, ...ids.toSorted()].join(' ')
  }

  /** What the stream is to go on with, from here on. */
  start({ hold, nextLink }: Pick<Instruct, 'hold' | 'nextLink'>): void {
    this.#isUpdating = false
    this.#alone = 0
    this.#next = nextLink && new URL(nextLink.uri, this.#base)
    if (nextLink === undefined || this.#next === undefined) return
    if (hold === 'none' || nextLink.timeout === 0) {
      this.updateNow()
      return
    }
    this.#heard.clear()
    this.#leaveRound = this.#context.rounds.join(this.#next.href, nextLink.timeout, this)
    if (this.#again) this.updateSoon()
    this.#again = false
  }

  /** At the backend's pace. */
  updateSoon(): void {
    if (this.#next === undefined) return
    if (this.#isUpdating) {
      this.#again = true
    } else if (this.#queuedAs === undefined) {
      this.#queuedAs = this.key
      this.#context.updates.add(this.#queuedAs, this)
    }
  }

  /** In this turn of the event loop, with those that want the same in it. */
  updateNow(): void {
    if (this.#next === undefined) return
    if (this.#isUpdating) {
      this.#again = true
      return
    }
    this.#leaveQueues()
    this.#stream.beginUpdate()
    this.#queuedAs = this.key
    this.#context.updates.addNow(this.#queuedAs, this)
  }

  /** Called by the queue: a group has had the same key when it was put there, but something may have been published since. */
  run(group: readonly NextLinks[]): void {
    const byKey = new Map<string, NextLinks[]>()
    for (const links of group) {
      links.#queuedAs = undefined
      // What it heard has made it ask for itself meanwhile.
      if (links.#isUpdating) continue
      const equal = byKey.get(links.key)
      if (equal === undefined) byKey.set(links.key, [links])
      else equal.push(links)
    }
    for (const [first, ...others] of byKey.values()) if (first !== undefined) first.#begin([first, ...others])
  }

  /** Something was published to the channel. */
  heard(channel: string): void {
    this.#heard.add(channel)
  }

  takeHeard(): boolean {
    const channels = [...this.#stream.channels]
    const all = channels.length > 0 && channels.every((channel) => this.#heard.has(channel))
    this.#heard.clear()
    return all
  }

  timedOut(): void {
    this.#leaveRound = undefined
    this.updateSoon()
  }

  content(bytes: Buffer, resume?: () => void): boolean {
    return this.#stream.content(bytes, resume)
  }

  fetched(instruct: Instruct): void {
    this.#fetch = undefined
    this.#stream.adopt(instruct)
  }

  fetchFailed(message: string): void {
    this.#fetch = undefined
    this.#stream.cut(message)
  }

  fetchAlone(): void {
    this.#fetch = undefined
    this.#isUpdating = false
    this.#alone = ++lastAlone
    this.updateSoon()
  }

  stop(): void {
    this.#next = undefined
    this.#leaveQueues()
    this.#fetch?.leave(this)
  }

  /** One request for all of them. */
  #begin(group: readonly NextLinks[]): void {
    const uri = this.#next
    if (uri === undefined) return
    const fetch = new LinkFetch(uri, gripLast(this.#stream.lastIds()), this.#behalf, group, this.#context)
    for (const links of group) {
      links.#leaveQueues()
      links.#isUpdating = true
      links.#base = uri
      links.#fetch = fetch
      links.#stream.beginUpdate()
    }
    fetch.start()
  }

  #leaveQueues(): void {
    this.#leaveRound?.()
    this.#leaveRound = undefined
    if (this.#queuedAs !== undefined) this.#context.updates.remove(this.#queuedAs, this)
    this.#queuedAs = undefined
  }
}
