import { frameChunk } from './chunk.ts'
import type { HttpResponseFormat, HttpStreamFormat, PublishItem } from '../../shared/grip/item/publish-item.ts'

/** Contents are joined up to this size, in bytes: a write much larger than what a socket takes at once gains nothing. */
const JOIN_LIMIT = 65_536

/**
 * What was published to a channel, on its way to a worker's holds: one item, or several that came together. What costs something per
 * item is made once, on first use, and shared by all holds: a thousand streams are written the same bytes.
 */
export class Delivery {
  readonly channel: string
  /** Of several items the first that has one: it answers every long poll there is. */
  readonly httpResponse: HttpResponseFormat | undefined
  /** Of several items all are `send`. */
  readonly httpStream: HttpStreamFormat | undefined
  readonly items: number
  readonly #contents: readonly Buffer[]
  #chunks: Buffer | undefined
  #raw: Buffer | undefined

  constructor(...items: readonly [PublishItem, ...PublishItem[]]) {
    this.channel = items[0].channel
    this.httpResponse = items.find(({ httpResponse }) => httpResponse !== undefined)?.httpResponse
    this.httpStream = items.find(({ httpStream }) => httpStream !== undefined)?.httpStream
    this.items = items.length
    this.#contents = items.flatMap(({ httpStream }) => (httpStream?.action === 'send' ? [httpStream.content] : []))
  }

  /** The stream contents: each a chunk of a chunked response, or as they are for a response without framing. */
  streamBytes(chunked: boolean): Buffer {
    if (chunked) return (this.#chunks ??= join(this.#contents.map(frameChunk)))
    return (this.#raw ??= join(this.#contents))
  }

  /**
   * Items that came together, in their order: those that follow each other on a channel become one delivery, so that each stream
   * is written to once. An item that does more than add content stands alone.
   */
  static join(items: readonly PublishItem[]): Delivery[] {
    const deliveries: Delivery[] = []
    let group: [PublishItem, ...PublishItem[]] | undefined
    let size = 0
    const endGroup = (): void => {
      if (group !== undefined) deliveries.push(new Delivery(...group))
      group = undefined
      size = 0
    }
    for (const item of items) {
      const added = addedSize(item)
      if (
        group === undefined ||
        group[0].channel !== item.channel ||
        added === undefined ||
        size + added > JOIN_LIMIT
      ) {
        endGroup()
      }
      if (group === undefined) group = [item]
      else group.push(item)
      if (added === undefined) endGroup()
      else size += added
    }
    endGroup()
    return deliveries
  }
}

/** Bytes an item adds to streams; undefined for one that does anything else to a hold than send. */
function addedSize({ httpStream, httpResponse }: PublishItem): number | undefined {
  if (httpResponse !== undefined && httpResponse.action !== 'send') return undefined
  if (httpStream === undefined) return 0
  return httpStream.action === 'send' ? httpStream.content.length : undefined
}

function join(parts: readonly Buffer[]): Buffer {
  const [first, ...rest] = parts
  return first !== undefined && rest.length === 0 ? first : Buffer.concat(parts)
}
