import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { frameChunk } from '../../send/chunk.ts'
import { fromItem } from '../bus-item.ts'
import type { BusMessage } from '../bus-item.ts'
import { locationOf } from './channel-path.ts'

/** Stands behind each part, right after its last byte, and before the first. */
export const BOUNDARY_LINE = '--00MsgBus00\n'

const BOUNDARY = Buffer.from(BOUNDARY_LINE)
export const NOTHING: Buffer = Buffer.alloc(0)

/** What a subscriber is sent of an item; nothing when the item says nothing to it. */
export type Render = (item: PublishItem) => Buffer

interface PartOptions {
  /** Of the bus; not part of the channel's name here. */
  readonly prefix: string
  /** Parts that name their channel, of all channels there are. */
  readonly isRoot: boolean
  /** HTTP/1.1: each part is exactly one chunk. */
  readonly chunked: boolean
  /** As the original did it: no length in a chunk, and what is published to the root comes twice there. */
  readonly strict: boolean
}

/** Items as parts of a `multipart/x-mixed-replace` body. */
export function partRenderer({ prefix, isRoot, chunked, strict }: PartOptions): Render {
  const hasLength = !chunked || !strict
  const framed = (bytes: Buffer): Buffer => (chunked ? frameChunk(bytes) : bytes)
  return (item) => {
    if (isRoot && !item.channel.startsWith(prefix)) return NOTHING
    const message = fromItem(item)
    if (message === undefined) return NOTHING
    const channel = item.channel.slice(prefix.length)
    const bytes = framed(part(message, isRoot ? channel : undefined, hasLength))
    const isTwice = strict && isRoot && channel === ''
    return isTwice ? Buffer.concat([bytes, framed(part(message, undefined, hasLength))]) : bytes
  }
}

/** Lines end with a line feed only, and no line break precedes the boundary: the old clients are made for that. */
function part({ content, contentType, sender }: BusMessage, channel: string | undefined, hasLength: boolean): Buffer {
  let head = ''
  if (sender !== undefined) head += `From: ${onOneLine(sender)}\n`
  if (channel !== undefined) head += `Content-Location: ${locationOf(channel)}\n`
  head += `Content-Type: ${onOneLine(contentType)}\n`
  if (hasLength) head += `Content-Length: ${content.length}\n`
  return Buffer.concat([Buffer.from(`${head}\n`), content, BOUNDARY])
}

/** Publishers of other kinds can say anything here. */
function onOneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\0-\x1f\x7f]/g, ' ')
}
