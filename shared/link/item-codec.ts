import type { HttpResponseFormat, HttpStreamFormat, PublishItem, WsMessageFormat } from '../grip/item/publish-item.ts'
import { ITEM_FRAME } from './messages.ts'

/** Bytes before the head: `I`, the time of receipt (8 bytes), the publish's number (4), the length of the head (4), big-endian. */
const PREFIX = 17

/**
 * An item on the link: a prefix, head, contents. The head is the item as JSON with each content
 * replaced by its length; the contents follow as raw bytes in the order response, stream, WebSocket, so that binary content
 * is neither escaped nor copied twice.
 *
 * @param received `machineTime()` when the handler got it.
 * @param publish number under which workers are to tell its receivers; 0 for none.
 */
export function encodeItem(item: PublishItem, received = 0, publish = 0): Buffer {
  const contents: Buffer[] = []
  const measured = (content: Buffer | undefined): number | undefined => {
    if (content === undefined) return undefined
    contents.push(content)
    return content.length
  }
  const { httpResponse, httpStream, wsMessage } = item
  const head = Buffer.from(
    JSON.stringify({
      ...item,
      httpResponse:
        httpResponse?.action === 'send' ? { ...httpResponse, body: measured(httpResponse.body) } : httpResponse,
      httpStream: httpStream?.action === 'send' ? { ...httpStream, content: measured(httpStream.content) } : httpStream,
      wsMessage: wsMessage?.action === 'send' ? { ...wsMessage, content: measured(wsMessage.content) } : wsMessage,
    }),
  )
  const prefix = Buffer.allocUnsafe(PREFIX)
  prefix[0] = ITEM_FRAME
  prefix.writeDoubleBE(received, 1)
  prefix.writeUInt32BE(publish, 9)
  prefix.writeUInt32BE(head.length, 13)
  return Buffer.concat([prefix, head, ...contents])
}

type Measured<Format> = Format extends { action: 'send' }
  ? { [Key in keyof Format]: Buffer extends Format[Key] ? number | undefined : Format[Key] }
  : Format

interface Head extends Omit<PublishItem, 'httpResponse' | 'httpStream' | 'wsMessage'> {
  readonly httpResponse: Measured<HttpResponseFormat> | undefined
  readonly httpStream: Measured<HttpStreamFormat> | undefined
  readonly wsMessage: Measured<WsMessageFormat> | undefined
}

/** Milliseconds of `machineTime()`. */
export function receivedAt(frame: Buffer): number {
  return frame.readDoubleBE(1)
}

/** 0 when nobody wants to know the receivers. */
export function publishNumber(frame: Buffer): number {
  return frame.readUInt32BE(9)
}

/** The contents of the result are views of `frame`, not copies. */
export function decodeItem(frame: Buffer): PublishItem {
  const headEnd = PREFIX + frame.readUInt32BE(13)
  const head = JSON.parse(frame.toString('utf8', PREFIX, headEnd)) as Head
  let offset = headEnd
  const take = (length: number): Buffer => frame.subarray(offset, (offset += length))
  const { httpResponse, httpStream, wsMessage } = head
  return {
    channel: head.channel,
    id: head.id,
    prevId: head.prevId,
    noSeq: head.noSeq,
    size: head.size,
    meta: head.meta,
    verbatim: head.verbatim,
    // The order of these three is the order of the contents.
    httpResponse:
      httpResponse?.action === 'send'
        ? {
            ...httpResponse,
            body: httpResponse.body === undefined ? undefined : take(httpResponse.body),
            bodyPatch: httpResponse.bodyPatch,
            contentFilters: httpResponse.contentFilters,
          }
        : httpResponse,
    httpStream: httpStream?.action === 'send' ? { ...httpStream, content: take(httpStream.content ?? 0) } : httpStream,
    wsMessage: wsMessage?.action === 'send' ? { ...wsMessage, content: take(wsMessage.content ?? 0) } : wsMessage,
  }
}
