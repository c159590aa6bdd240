import type { PublishItem } from '../grip/item/publish-item.ts'
import type { PerTransport } from './transport.ts'

/** Blocks of that many bytes that an item has for each transport; none for a format that sends nothing (GRIP 9.2). */
export function blocksOf({ size, httpResponse, httpStream, wsMessage }: PublishItem, blockSize: number): PerTransport {
  const blocks = (content: Buffer | undefined): number =>
    content === undefined ? 0 : Math.ceil((size ?? content.length) / blockSize)
  return [
    blocks(httpResponse?.action === 'send' ? (httpResponse.body ?? NOTHING) : undefined),
    blocks(httpStream?.action === 'send' ? httpStream.content : undefined),
    blocks(wsMessage?.action === 'send' ? wsMessage.content : undefined),
  ]
}

const NOTHING = Buffer.alloc(0)
