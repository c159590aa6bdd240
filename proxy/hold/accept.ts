import { InstructError } from '../../shared/grip/instruct/instruct-error.ts'
import type { Instruct } from '../../shared/grip/instruct/instruct.ts'
import { parseInstruct } from '../../shared/grip/instruct/parse-instruct.ts'
import { errors } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import { FilterError } from '../filter/filter.ts'
import type { BodyFilter } from '../filter/response-content-filter.ts'
import type { Route } from '../choose/route.ts'
import type { Instructions } from '../forward/forward.ts'
import type { OnInstruct, OnLargeInstruct } from '../forward/instruct-response.ts'
import { onBehalfOf } from '../forward/internal-requests.ts'
import type { InternalRequests } from '../forward/internal-requests.ts'
import type { Flow, ResponseHead, ResponseSink } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import { sendError } from '../send/send-error.ts'
import { sendResponse } from '../send/send-response.ts'
import { bodyFilter } from './body-filter.ts'
import type { FilterPosts } from './filter-posts.ts'
import { holdChannels, isSelective } from './hold-channels.ts'
import type { HoldChannels } from './hold-channels.ts'
import type { HoldTable } from './hold-table.ts'
import { ItemizedStream } from './itemized-stream.ts'
import type { ItemizedStreamContext } from './itemized-stream.ts'
import { GoneLinks } from './links/gone-links.ts'
import { TimeoutRounds } from './links/timeout-rounds.ts'
import { UpdateQueue } from './links/update-queue.ts'
import { ResponseHold } from './response-hold.ts'
import type { ResponseHoldContext } from './response-hold.ts'
import { StreamHold } from './stream-hold.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface AcceptOptions {
  readonly legacyTypes: boolean
  /** Channels a connection may be subscribed to; more are left out (GRIP 3.8). */
  readonly maxChannels: number
  /** Bytes that may wait for one client. */
  readonly queueMax: number
}

/** What accepting tells the rest of the worker. */
export interface AcceptEvents {
  /** For the access log: the response is in the hands of a hold now. */
  accepted(exchange: Exchange): void
  subscribed(exchange: Exchange, channel: string): void
  tooSlow(uri: string, waiting: number): void
  /** For the access log: a link was fetched or announced to. */
  requested(method: string, uri: string, code: number, bytes: number): void
  /** A backend could not be told that a connection has gone. */
  goneLinkFailed(uri: string, reason: string): void
  /** A stream was sent what keeps it alive. */
  keptAlive?(route: Route): void
  /** The request has to go to the backend again. */
  retry(exchange: Exchange): void
}

/** The parts of the worker that holds are made with. */
export interface HoldParts {
  readonly table: HoldTable
  readonly subscriptions: Subscriptions
  readonly wheel: TimerWheel
  readonly requests: InternalRequests
  readonly posts: FilterPosts
}

/** Turns backend responses with instructions into held requests (GRIP 3). */
export class HoldAcceptor implements Instructions {
  readonly #table: HoldTable
  readonly #options: AcceptOptions
  readonly #events: AcceptEvents
  readonly #responses: ResponseHoldContext
  readonly #streams: ItemizedStreamContext
  readonly #goneLinks: GoneLinks

  constructor(parts: HoldParts, options: AcceptOptions, events: AcceptEvents) {
    const { table, wheel, requests } = parts
    this.#table = table
    this.#options = options
    this.#events = events
    const shared = { ...parts, queueMax: options.queueMax, updates: new UpdateQueue(wheel) }
    this.#responses = {
      ...shared,
      ended: (hold) => table.remove(hold),
      tooSlow: (uri, waiting) => events.tooSlow(uri, waiting),
      retry: (exchange) => events.retry(exchange),
    }
    this.#streams = {
      ...shared,
      rounds: new TimeoutRounds(wheel),
      requested: (...line) => events.requested(...line),
      subscribed: (exchange, channel) => events.subscribed(exchange, channel),
      channelsOf: (exchange, instruct) => this.#channels(exchange, instruct),
      ended: (hold) => table.remove(hold),
      tooSlow: (hold, waiting) => events.tooSlow(hold.uri, waiting),
      keptAlive: ({ route }) => events.keptAlive?.(route),
    }
    this.#goneLinks = new GoneLinks(requests, {
      requested: (...line) => events.requested(...line),
      failed: (uri, reason) => events.goneLinkFailed(uri, reason),
    })
  }

  onWhole(exchange: Exchange): OnInstruct {
    return (head, body) => {
      const instruct = this.#parse(exchange, head, body)
      if (instruct === undefined) return
      if (instruct.hold === 'response') this.#holdResponse(exchange, instruct)
      else if (isStream(instruct)) this.#holdStream(exchange, instruct)
      else this.#respond(exchange, instruct)
    }
  }

  onLarge(exchange: Exchange): OnLargeInstruct {
    return (head, start, flow) => {
      const instruct = this.#parse(exchange, head, Buffer.alloc(0))
      if (instruct === undefined || !isStream(instruct)) return undefined
      return this.#streamLarge(exchange, instruct, start, flow)
    }
  }

  /** Answers the client itself when it returns undefined. */
  #parse(exchange: Exchange, head: ResponseHead, body: Buffer): Instruct | undefined {
    if (exchange.body?.isTooLargeToKeep === true) {
      sendError(exchange, errors.requestTooLargeForHold)
      return undefined
    }
    try {
      return parseInstruct(
        { code: head.code, reason: head.reason, headers: pairs(head.headers), body },
        { legacyTypes: this.#options.legacyTypes },
      )
    } catch (error) {
      if (!(error instanceof InstructError)) throw error
      sendError(exchange, errors.originFailed, `Failed to parse accept instructions: ${error.message}`)
      return undefined
    }
  }

  /** GRIP 3.3 */
  #respond(exchange: Exchange, instruct: Instruct): void {
    const body = this.#filtered(exchange, instruct)
    if (body !== undefined) sendResponse(exchange, { ...instruct.response, body })
  }

  #holdResponse(exchange: Exchange, instruct: Instruct): void {
    const hold = new ResponseHold(exchange, this.#channels(exchange, instruct), instruct, this.#responses)
    this.#table.add(hold, (live) => {
      if (exchange.over) return
      if (!live) {
        sendError(exchange, errors.handlerUnavailable)
        return
      }
      this.#accepted(exchange, hold, instruct)
      hold.start(instruct.timeout)
    })
  }

  #holdStream(exchange: Exchange, instruct: Instruct): void {
    const body = this.#filtered(exchange, instruct)
    if (body === undefined) return
    const hold = this.#stream(exchange, instruct)
    this.#table.add(hold, (live) => {
      if (exchange.over) return
      if (!live) {
        sendError(exchange, errors.handlerUnavailable)
        return
      }
      // Head and first content are one write; what is published comes after them.
      exchange.req.socket.cork()
      const isOpen = hold.open(instruct.response, exchange.crossOrigin !== undefined)
      if (isOpen && body.length > 0) hold.write(body)
      exchange.req.socket.uncork()
      this.#keepOpen(exchange, hold, instruct)
    })
  }

  /** GRIP 2.8: too much to keep in memory, so the client gets it as it comes, and the hold begins behind it. */
  #streamLarge(exchange: Exchange, instruct: Instruct, start: Buffer, flow: Flow): ResponseSink {
    const hold = this.#stream(exchange, instruct)
    let filter: BodyFilter | undefined
    const write = (chunk: Buffer): void => {
      if (exchange.over) return
      const bytes = filter === undefined ? chunk : filter.update(chunk)
      if (bytes.length > 0 && !hold.write(bytes, () => flow.resume())) flow.pause()
    }
    const orCut = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        if (!(error instanceof FilterError)) throw error
        flow.abort()
        hold.cut(`filter error: ${error.message}`)
      }
    }
    exchange.onClose = () => {
      flow.abort()
      hold.closed()
    }
    hold.open(instruct.response, exchange.crossOrigin !== undefined)
    orCut(() => {
      filter = bodyFilter(instruct)
      write(start)
    })
    return {
      data: (chunk) => orCut(() => write(chunk)),
      end: () =>
        orCut(() => {
          filter?.finish()
          this.#table.add(hold, (live) => {
            if (exchange.over) return
            if (live) this.#keepOpen(exchange, hold, instruct)
            else hold.cut(errors.handlerUnavailable.message)
          })
        }),
      fail: () => hold.cut(errors.originFailed.message),
    }
  }

  /** The body as filters leave it; answers the client itself when it returns undefined. */
  #filtered(exchange: Exchange, instruct: Instruct): Buffer | undefined {
    try {
      return filtered(instruct)
    } catch (error) {
      if (!(error instanceof FilterError)) throw error
      sendError(exchange, errors.originFailed, `Failed to parse accept instructions: filter error: ${error.message}`)
      return undefined
    }
  }

  #stream(exchange: Exchange, instruct: Instruct): StreamHold {
    const channels = this.#channels(exchange, instruct)
    if (instruct.nextLink !== undefined || isSelective(channels)) {
      return new ItemizedStream(exchange, instruct, channels, this.#streams)
    }
    return new StreamHold(exchange, [...channels.keys()], this.#streams)
  }

  #keepOpen(exchange: Exchange, hold: StreamHold, instruct: Instruct): void {
    this.#accepted(exchange, hold, instruct)
    hold.settle()
    if (!hold.isOpen) return
    if (hold instanceof ItemizedStream) hold.begin(instruct)
    else hold.setKeepAlive(instruct.keepAlive)
  }

  #accepted(exchange: Exchange, hold: ResponseHold | StreamHold, { goneLink }: Instruct): void {
    this.#events.accepted(exchange)
    for (const channel of hold.channels) this.#events.subscribed(exchange, channel)
    if (goneLink === undefined) return
    hold.onGone = () => this.#goneLinks.announce(goneLink.uri, onBehalfOf(exchange))
  }

  #channels({ facts, tried }: Exchange, { hold, channels }: Instruct): HoldChannels {
    // What pages through links subscribes to nothing before it holds.
    if (hold === 'none') return NO_CHANNELS
    const naming = { prefix: facts.route.prefix, implicit: tried?.subs ?? [], max: this.#options.maxChannels }
    return holdChannels(channels, naming)
  }
}

const NO_CHANNELS: HoldChannels = new Map()

/** With a next link a response without a hold goes on, too (GRIP 3.6). */
function isStream({ hold, nextLink }: Instruct): boolean {
  return hold === 'stream' || (hold === 'none' && nextLink !== undefined)
}

/** The first content of a stream. Throws FilterError. */
function filtered(instruct: Instruct): Buffer {
  const { body } = instruct.response
  const filter = body.length === 0 ? undefined : bodyFilter(instruct)
  if (filter === undefined) return body
  const content = filter.update(body)
  filter.finish()
  return content
}
