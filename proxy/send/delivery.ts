import type { HttpResponseFormat, HttpStreamFormat, PublishItem } from '../../shared/grip/item/publish-item.ts'

/**
 * A published item on its way to a worker's holds. What costs something per item is made once, on first use, and shared by all
 * holds: a thousand streams are written the same chunk.
 */
export class Delivery {
  readonly channel: string
  readonly httpResponse: HttpResponseFormat | undefined
  readonly httpStream: HttpStreamFormat | undefined
  #chunk: Buffer | undefined

  constructor(item: PublishItem) {
    this.channel = item.channel
    this.httpResponse = item.httpResponse
    this.httpStream = item.httpStream
  }

  /** The stream content as one chunk of a chunked response (RFC 9112 7.1). Empty for empty content: an empty chunk ends a body. */
  chunkOf(content: Buffer): Buffer {
    return (this.#chunk ??= frameChunk(content))
  }
}

const CRLF = Buffer.from('\r\n')

/** RFC 9112 7.1: size in hexadecimal, CRLF, content, CRLF. Nothing for no content. */
export function frameChunk(content: Buffer): Buffer {
  if (content.length === 0) return content
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, CRLF])
}
