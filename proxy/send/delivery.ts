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
  #frames: Buffer | undefined
  #deflatedFrames: Buffer | undefined
  #chunks: Buffer | undefined
  #raw: Buffer | undefined
  #rendered: Map<(item: PublishItem) => Buffer, Buffer> | undefined

  constructor(...items: readonly [PublishItem, ...PublishItem[]]) {
    let { httpResponse, httpStream, wsMessage } = items[0]
    for (const item of items) {
      httpResponse ??= item.httpResponse
      httpStream ??= item.httpStream
      wsMessage ??= item.wsMessage
    }
    this.channel = items[0].channel
    this.httpResponse = httpResponse
    this.httpStream = httpStream
    this.wsMessage = wsMessage
    this.items = items
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
    if (chunked) return (this.#chunks ??= join(this.#contents().map(frameChunk)))
    // A copy: what waits for a slow client must not keep in memory all that came with it.
    return (this.#raw ??= Buffer.concat(this.#contents()))
  }

  /** The WebSocket messages, each in a frame of its own. */
  frames(deflate: boolean): Buffer {
    if (deflate) return (this.#deflatedFrames ??= join(this.#messages().map((message) => messageFrame(message, true))))
    return (this.#frames ??= join(this.#messages().map((message) => messageFrame(message, false))))
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

  #contents(): Buffer[] {
    return this.items.flatMap(({ httpStream }) => (httpStream?.action === 'send' ? [httpStream.content] : []))
  }

  #messages(): WsSend[] {
    return this.items.flatMap(({ wsMessage }) => (wsMessage?.action === 'send' ? [wsMessage] : []))
  }

  /**
   * Items that came together: those of a channel become one delivery, so that each stream is written to once. An item that does more than
   * add content stands alone.
   * @param mayOvertake whether a channel's items may go before those of other channels that came between them: not when somebody
   *   is on the channel and another one, and would see it.
   */
  static join(items: readonly PublishItem[], mayOvertake: (channel: string) => boolean = () => false): Delivery[] {
    const groups: Group[] = []
    // What the channel's next item may be joined to.
    const open = new Map<string, Group>()
    for (const item of items) {
      const added = addedSize(item)
      const group = open.get(item.channel)
      if (
        group !== undefined &&
        added !== undefined &&
        group.size + added <= JOIN_LIMIT &&
        (group === groups.at(-1) || (group.mayOvertake ??= mayOvertake(item.channel)))
      ) {
        group.items.push(item)
        group.size += added
      } else {
        const next: Group = { items: [item], size: added ?? JOIN_LIMIT + 1, mayOvertake: group?.mayOvertake }
        groups.push(next)
        open.set(item.channel, next)
      }
    }
    return groups.map((group) => new Delivery(...group.items))
  }
}

/** Items that become one delivery. */
interface Group {
  readonly items: [PublishItem, ...PublishItem[]]
  /** Bytes they add to connections; over the limit when nothing may be joined to them. */
  size: number
  /** Undefined while nobody has asked. */
  mayOvertake: boolean | undefined
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
