import type { ServerResponse } from 'node:http'
import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'
import { DoorHold } from '../../door-hold.ts'
import type { HoldTable } from '../../../hold/hold-table.ts'
import type { Timer } from '../../../hold/timer-wheel.ts'
import type { DoorContext } from '../../door.ts'
import type { Delivery } from '../../../send/delivery.ts'

/** Pages of every origin may read the answers. */
export const CORS = { 'Access-Control-Allow-Origin': '*' }

/** A request that waits for one message. */
export class PollHold extends DoorHold {
  readonly id: string
  readonly channels: readonly string[]
  readonly #res: ServerResponse
  readonly #table: HoldTable
  readonly #render: (item: PublishItem) => Buffer
  #timer: Timer | undefined

  constructor(channel: string, res: ServerResponse, context: DoorContext, render: (item: PublishItem) => Buffer) {
    super()
    this.id = context.nextId()
    this.channels = [channel]
    this.#res = res
    this.#table = context.table
    this.#render = render
  }

  /** It is subscribed, so its client may know. No length and no chunks: the end of the connection ends the response. */
  open(): void {
    if (this.#res.headersSent) return
    this.#res.useChunkedEncodingByDefault = false
    this.#res.writeHead(200, { ...CORS, Connection: 'close' })
    this.#res.flushHeaders()
  }

  /** @param timer ends it without a message. */
  endWith(timer: Timer): void {
    this.#timer = timer
  }

  deliver({ items }: Delivery): boolean {
    const bytes = items.map(this.#render).find(({ length }) => length > 0)
    if (bytes === undefined) return false
    this.finish(bytes)
    return true
  }

  finish(body: Buffer | string): void {
    this.closed()
    this.open()
    this.#res.end(body)
  }

  /** The client has gone, or has its answer. */
  closed(): void {
    this.#timer?.cancel()
    this.#table.remove(this)
  }

  override goAway(): void {
    this.finish('')
  }
}
