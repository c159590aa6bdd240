import type { HttpResponseFormat, HttpStreamFormat, PublishItem, WsMessageFormat } from '../grip/item/publish-item.ts'
import { ITEM_FRAME } from './messages.ts'

// The parts of an item on the link, in their order, each a bit of the byte that says which of them there are.
const CHANNEL = 1
const ID = 2
const PREV_ID = 4
const DETAILS = 8
const RESPONSE_BODY = 16
const STREAM_CONTENT = 32
const WS_CONTENT = 64
/** The eighth bit stands for itself. */
const NO_SEQ = 128

// Where the prefix has the time of receipt (8 bytes) and the publish's number (4); the lengths of the parts follow it.
const RECEIVED = 2
const PUBLISH = 10
const LENGTHS = 14

/** Added to the length of a text that is not ASCII: it goes as UTF-16, so that any string JavaScript can have arrives. */
const WIDE = 2 ** 31

/** What most items do not have, as JSON. */
interface Details extends Partial<Pick<PublishItem, 'size' | 'meta' | 'verbatim'>> {
  readonly httpResponse?: WithoutContent<HttpResponseFormat> | undefined
  /** Neither of a `send` without filters. */
  readonly httpStream?: WithoutContent<HttpStreamFormat> | undefined
  /** Neither of a text that is to be sent without filters. */
  readonly wsMessage?: WithoutContent<WsMessageFormat> | undefined
}

type WithoutContent<Format> = Format extends { action: 'send' }
  ? Omit<Format, 'body' | 'content'> & { readonly body?: undefined; readonly content?: undefined }
  : Format

const NO_DETAILS: Details = {}
const PLAIN_STREAM = { action: 'send', contentFilters: undefined } as const
const PLAIN_MESSAGE = { action: 'send', type: 'text', contentFilters: undefined } as const
const NO_CONTENT = Buffer.alloc(0)

/**
 * An item on the link: `I`, the byte that says which parts there are, the time of receipt and the publish's number, four bytes of length for each
 * of the parts (all big-endian), and the parts. The contents are last, as the bytes they are.
 *
 * @param received `machineTime()` when the handler got it.
 * @param publish number under which workers are to tell its receivers; 0 for none.
 */
export function encodeItem(item: PublishItem, received = 0, publish = 0): Buffer {
  const { httpResponse, httpStream, wsMessage } = item
  const parts = [
    item.channel,
    item.id,
    item.prevId,
    detailsOf(item),
    httpResponse?.action === 'send' ? httpResponse.body : undefined,
    httpStream?.action === 'send' ? httpStream.content : undefined,
    wsMessage?.action === 'send' ? wsMessage.content : undefined,
  ]
  let flags = item.noSeq ? NO_SEQ : 0
  let headSize = LENGTHS
  let size = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    if (part === undefined) continue
    flags |= 1 << index
    headSize += 4
    size += isWide(part) ? part.length * 2 : part.length
  }
  const frame = Buffer.allocUnsafe(headSize + size)
  frame[0] = ITEM_FRAME
  frame[1] = flags
  frame.writeDoubleBE(received, RECEIVED)
  frame.writeUInt32BE(publish, PUBLISH)
  let head = LENGTHS
  let at = headSize
  for (const part of parts) {
    if (part === undefined) continue
    const wide = isWide(part)
    const length = typeof part === 'string' ? frame.write(part, at, wide ? 'utf16le' : 'latin1') : part.copy(frame, at)
    head = frame.writeUInt32BE(wide ? length + WIDE : length, head)
    at += length
  }
  return frame
}

/** Milliseconds of `machineTime()`. */
export function receivedAt(frame: Buffer): number {
  return frame.readDoubleBE(RECEIVED)
}

/** 0 when nobody wants to know the receivers. */
export function publishNumber(frame: Buffer): number {
  return frame.readUInt32BE(PUBLISH)
}

/** The contents of the result are views of `frame`, not copies. */
export function decodeItem(frame: Buffer): PublishItem {
  const parts = new PartReader(frame)
  const channel = parts.text(CHANNEL) ?? ''
  const id = parts.text(ID)
  const prevId = parts.text(PREV_ID)
  const json = parts.text(DETAILS)
  const body = parts.content(RESPONSE_BODY)
  const streamContent = parts.content(STREAM_CONTENT)
  const wsContent = parts.content(WS_CONTENT)

  const details = json === undefined ? NO_DETAILS : (JSON.parse(json) as Details)
  const { httpResponse } = details
  const httpStream = details.httpStream ?? (streamContent && PLAIN_STREAM)
  const wsMessage = details.wsMessage ?? (wsContent && PLAIN_MESSAGE)
  return {
    channel,
    id,
    prevId,
    noSeq: parts.has(NO_SEQ),
    size: details.size,
    meta: details.meta,
    verbatim: details.verbatim,
    httpResponse: httpResponse?.action === 'send' ? { ...httpResponse, body } : httpResponse,
    httpStream: httpStream?.action === 'send' ? { ...httpStream, content: streamContent ?? NO_CONTENT } : httpStream,
    wsMessage: wsMessage?.action === 'send' ? { ...wsMessage, content: wsContent ?? NO_CONTENT } : wsMessage,
  }
}

/** Undefined for an item that has none. */
function detailsOf({ size, meta, verbatim, httpResponse, httpStream, wsMessage }: PublishItem): string | undefined {
  const stream = isPlainStream(httpStream) ? undefined : httpStream
  const message = isPlainMessage(wsMessage) ? undefined : wsMessage
  if (size === undefined && !(meta || verbatim || httpResponse || stream || message)) return undefined
  const details: Details = {
    size,
    meta,
    verbatim,
    httpResponse: httpResponse?.action === 'send' ? { ...httpResponse, body: undefined } : httpResponse,
    httpStream: stream?.action === 'send' ? { ...stream, content: undefined } : stream,
    wsMessage: message?.action === 'send' ? { ...message, content: undefined } : message,
  }
  return JSON.stringify(details)
}

function isPlainStream(format: HttpStreamFormat | undefined): boolean {
  return format?.action === 'send' && format.contentFilters === undefined
}

function isPlainMessage(format: WsMessageFormat | undefined): boolean {
  return format?.action === 'send' && format.type === 'text' && format.contentFilters === undefined
}

function isWide(part: string | Buffer): boolean {
  return typeof part === 'string' && Buffer.byteLength(part) !== part.length
}

/** Reads the parts of a frame, which must be asked for in their order. */
class PartReader {
  readonly #frame: Buffer
  readonly #flags: number
  #head = LENGTHS
  #at: number

  constructor(frame: Buffer) {
    this.#frame = frame
    this.#flags = frame[1] as number
    this.#at = LENGTHS
    for (let bits = this.#flags & (NO_SEQ - 1); bits !== 0; bits &= bits - 1) this.#at += 4
  }

  has(bit: number): boolean {
    return (this.#flags & bit) !== 0
  }

  text(bit: number): string | undefined {
    if (!this.has(bit)) return undefined
    const length = this.#length()
    const start = this.#at
    this.#at += length % WIDE
    return this.#frame.toString(length < WIDE ? 'latin1' : 'utf16le', start, this.#at)
  }

  content(bit: number): Buffer | undefined {
    if (!this.has(bit)) return undefined
    const length = this.#length()
    return this.#frame.subarray(this.#at, (this.#at += length))
  }

  #length(): number {
    const length = this.#frame.readUInt32BE(this.#head)
    this.#head += 4
    return length
  }
}
