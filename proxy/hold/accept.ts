import { InstructError } from '../../shared/grip/instruct/instruct-error.ts'
import type { Instruct } from '../../shared/grip/instruct/instruct.ts'
import { parseInstruct } from '../../shared/grip/instruct/parse-instruct.ts'
import { errors } from '../accept/errors.ts'
import type { Exchange } from '../accept/exchange.ts'
import type { Instructions } from '../forward/forward.ts'
import type { OnInstruct, OnLargeInstruct } from '../forward/instruct-response.ts'
import type { Flow, ResponseHead, ResponseSink } from '../forward/origin-response.ts'
import { pairs } from '../forward/raw-headers.ts'
import { sendResponse } from '../send/send-response.ts'
import type { HoldTable } from './hold-table.ts'
import { ResponseHold } from './response-hold.ts'
import { StreamHold } from './stream-hold.ts'
import type { StreamHoldContext } from './stream-hold.ts'
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
  /** A channel asks for filters, which this version does not have: it gets what they would have kept away. */
  unfiltered(exchange: Exchange, channel: string, filters: readonly string[]): void
  tooSlow(uri: string, waiting: number): void
  /** The request has to go to the backend again. */
  retry(exchange: Exchange): void
}

/** Turns backend responses with instructions into held requests (GRIP 3). */
export class HoldAcceptor implements Instructions {
  readonly #table: HoldTable
  readonly #wheel: TimerWheel
  readonly #options: AcceptOptions
  readonly #events: AcceptEvents
  readonly #streams: StreamHoldContext

  constructor(table: HoldTable, wheel: TimerWheel, options: AcceptOptions, events: AcceptEvents) {
    this.#table = table
    this.#wheel = wheel
    this.#options = options
    this.#events = events
    this.#streams = {
      queueMax: options.queueMax,
      wheel,
      ended: (hold) => table.remove(hold),
      tooSlow: (hold, waiting) => events.tooSlow(hold.uri, waiting),
    }
  }

  onWhole(exchange: Exchange): OnInstruct {
    return (head, body) => {
      const instruct = this.#parse(exchange, head, body)
      if (instruct === undefined) return
      if (instruct.hold === 'response') this.#holdResponse(exchange, instruct)
      else if (instruct.hold === 'stream') this.#holdStream(exchange, instruct)
      else sendResponse(exchange, instruct.response) // GRIP 3.3
    }
  }

  onLarge(exchange: Exchange): OnLargeInstruct {
    return (head, start, flow) => {
      const instruct = this.#parse(exchange, head, Buffer.alloc(0))
      if (instruct === undefined || instruct.hold !== 'stream') return undefined
      return this.#streamLarge(exchange, instruct, start, flow)
    }
  }

  /** Answers the client itself when it returns undefined. */
  #parse(exchange: Exchange, head: ResponseHead, body: Buffer): Instruct | undefined {
    if (exchange.body?.isTooLargeToKeep === true) {
      exchange.fail(errors.requestTooLargeForHold)
      return undefined
    }
    try {
      return parseInstruct(
        { code: head.code, reason: head.reason, headers: pairs(head.headers), body },
        { legacyTypes: this.#options.legacyTypes },
      )
    } catch (error) {
      if (!(error instanceof InstructError)) throw error
      exchange.fail(errors.originFailed, `Failed to parse accept instructions: ${error.message}`)
      return undefined
    }
  }

  #holdResponse(exchange: Exchange, instruct: Instruct): void {
    const hold = new ResponseHold(exchange, this.#channels(exchange, instruct), instruct.response, this.#wheel, {
      ended: (ended) => this.#table.remove(ended),
      retry: (retried) => this.#events.retry(retried),
    })
    this.#table.add(hold, (live) => {
      if (exchange.over) return
      if (live) {
        this.#accepted(exchange, hold.channels)
        hold.start(instruct.timeout)
      } else {
        exchange.fail(errors.handlerUnavailable)
      }
    })
  }

  #holdStream(exchange: Exchange, instruct: Instruct): void {
    const hold = this.#stream(exchange, instruct)
    this.#table.add(hold, (live) => {
      if (exchange.over) return
      if (!live) {
        exchange.fail(errors.handlerUnavailable)
        return
      }
      // Head and first content are one write; what is published comes after them.
      exchange.req.socket.cork()
      if (hold.open(instruct.response) && instruct.response.body.length > 0) hold.write(instruct.response.body)
      exchange.req.socket.uncork()
      this.#keepOpen(exchange, hold, instruct)
    })
  }

  /** GRIP 2.8: too much to keep in memory, so the client gets it as it comes, and the hold begins behind it. */
  #streamLarge(exchange: Exchange, instruct: Instruct, start: Buffer, flow: Flow): ResponseSink {
    const hold = this.#stream(exchange, instruct)
    const data = (chunk: Buffer): void => {
      if (exchange.over) return
      if (!hold.write(chunk, () => flow.resume())) flow.pause()
    }
    exchange.onClose = () => {
      flow.abort()
      hold.closed()
    }
    hold.open(instruct.response)
    data(start)
    return {
      data,
      end: () =>
        this.#table.add(hold, (live) => {
          if (exchange.over) return
          if (live) this.#keepOpen(exchange, hold, instruct)
          else hold.cut(errors.handlerUnavailable.message)
        }),
      fail: () => hold.cut(errors.originFailed.message),
    }
  }

  #stream(exchange: Exchange, instruct: Instruct): StreamHold {
    const channels = this.#channels(exchange, instruct)
    return new StreamHold(exchange, channels, this.#streams)
  }

  #keepOpen(exchange: Exchange, hold: StreamHold, instruct: Instruct): void {
    this.#accepted(exchange, hold.channels)
    // GRIP 3.6: without a link there is no way to fetch what an ordered channel has missed.
    const ordered = instruct.nextLink === undefined && instruct.channels.find(({ prevId }) => prevId !== undefined)
    if (ordered) hold.cut(`channel '${ordered.name}' specifies prev-id, but no next link found`)
    else hold.settle(instruct.keepAlive)
  }

  #accepted(exchange: Exchange, channels: readonly string[]): void {
    this.#events.accepted(exchange)
    for (const channel of channels) this.#events.subscribed(exchange, channel)
  }

  /** GRIP 3.8: the route's prefix goes before the names the backend gave, not before the target's own. */
  #channels(exchange: Exchange, instruct: Instruct): readonly string[] {
    const { facts, tried } = exchange
    for (const { name, filters } of instruct.channels) {
      if (filters.length > 0) this.#events.unfiltered(exchange, name, filters)
    }
    exchange.lastIds = instruct.channels.flatMap(({ name: channel, prevId: id }) =>
      id === undefined ? [] : [{ channel, id }],
    )
    const named = instruct.channels.slice(0, this.#options.maxChannels).map(({ name }) => facts.route.prefix + name)
    return [...new Set([...named, ...(tried?.subs ?? [])])]
  }
}
