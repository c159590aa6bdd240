import type {
  HttpResponseFormat,
  HttpStreamFormat,
  PublishItem,
  WsMessageFormat,
} from '../../shared/grip/item/publish-item.ts'
import { OPCODES } from '../websocket/frames/frame.ts'
import { frame } from '../websocket/frames/frame-writer.ts'
import { deflateMessage } from '../websocket/frames/message-deflate.ts'
import { frameChunk } from './chunk.ts'

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
  /** Of several items all are `send`. */
  readonly wsMessage: WsMessageFormat | undefined
  readonly items: readonly PublishItem[]
  readonly #messages: readonly WsSend[]
  #frames: Buffer | undefined
  #deflatedFrames: Buffer | undefined
  readonly #contents: readonly Buffer[]
  #chunks: Buffer | undefined
  #raw: Buffer | undefined
  #rendered: Map<(item: PublishItem) => Buffer, Buffer> | undefined

  constructor(...items: readonly [PublishItem, ...PublishItem[]]) {
    this.channel = items[0].channel
    this.httpResponse = items.find(({ httpResponse }) => httpResponse !== undefined)?.httpResponse
    this.httpStream = items.find(({ httpStream }) => httpStream !== undefined)?.httpStream
    this.wsMessage = items.find(({ wsMessage }) => wsMessage !== undefined)?.wsMessage
    this.items = items
    this.#messages = items.flatMap(({ wsMessage }) => (wsMessage?.action === 'send' ? [wsMessage] : []))
    this.#contents = items.flatMap(({ httpStream }) => (httpStream?.action === 'send' ? [httpStream.content] : []))
  }

  /** Of the item that `httpResponse` is of. */
  get responseId(): string | undefined {
    return this.items.find(({ httpResponse }) => httpResponse !== undefined)?.id
  }

  /** Of all items, in their order. */
  get ids(): (string | undefined)[] {
    return this.items.map(({ id }) => id)
  }

  /** The stream contents: each a chunk of a chunked response, or as they are for a response without framing. */
  streamBytes(chunked: boolean): Buffer {
    if (chunked) return (this.#chunks ??= join(this.#contents.map(frameChunk)))
    return (this.#raw ??= join(this.#contents))
  }

  /** The WebSocket messages, each in a frame of its own. */
  frames(deflate: boolean): Buffer {
    if (deflate) return (this.#deflatedFrames ??= join(this.#messages.map((message) => messageFrame(message, true))))
    return (this.#frames ??= join(this.#messages.map((message) => messageFrame(message, false))))
  }

  /** What another kind of client is sent; made once for each `render`, which is to be the same function for all of them. */
  rendered(render: (item: PublishItem) => Buffer): Buffer {
    let bytes = this.#rendered?.get(render)
    if (bytes !== undefined) return bytes
    bytes = join(this.items.map((item) => render(item)))
    this.#rendered ??= new Map()
    this.#rendered.set(render, bytes)
    return bytes
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

/** Bytes an item adds to connections; undefined for one that does anything else to a hold than send. */
function addedSize({ httpStream, httpResponse, wsMessage }: PublishItem): number | undefined {
  let added = 0
  if (httpResponse !== undefined && httpResponse.action !== 'send') return undefined
  for (const format of [httpStream, wsMessage]) {
    if (format === undefined) continue
    if (format.action !== 'send') return undefined
    added = Math.max(added, format.content.length)
  }
  return added
}

type WsSend = Pick<WsMessageFormat & { readonly action: 'send' }, 'type' | 'content'>

/** What is shorter than this does not get shorter by compression. */
const DEFLATE_FROM = 128

/** A message as the client of a WebSocket gets it. */
export function messageFrame({ type, content }: WsSend, deflate: boolean): Buffer {
  const isData = type === 'text' || type === 'binary'
  if (!deflate || !isData || content.length < DEFLATE_FROM) return frame(OPCODES[type], content)
  return frame(OPCODES[type], deflateMessage(content), { compressed: true })
}

function join(parts: readonly Buffer[]): Buffer {
  const [first, ...rest] = parts
  return first !== undefined && rest.length === 0 ? first : Buffer.concat(parts)
}
