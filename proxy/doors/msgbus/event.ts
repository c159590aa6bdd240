import { isUtf8 } from 'node:buffer'
import { frameChunk } from '../../send/chunk.ts'
import { fromItem } from '../bus-item.ts'
import { NOTHING } from './part.ts'
import type { Render } from './part.ts'

/** Says nothing to the page, but shows what is between that the connection is in use. */
export const COMMENT = Buffer.from(':\n\n')

/**
 * Items as events for a browser's EventSource: one line of JSON with `channel`, `type`, `sender` if there is one, and the content as `body`, or as
 * `base64` when it is not UTF-8. Browsers show no headers of a part, hence all in one value.
 */
export function eventRenderer(prefix: string, chunked: boolean): Render {
  return (item) => {
    const message = item.channel.startsWith(prefix) ? fromItem(item) : undefined
    if (message === undefined) return NOTHING
    const { content, contentType: type, sender } = message
    const channel = item.channel.slice(prefix.length)
    const value = isUtf8(content) ? { body: content.toString() } : { base64: content.toString('base64') }
    const bytes = Buffer.from(`data: ${JSON.stringify({ channel, sender, type, ...value })}\n\n`)
    return chunked ? frameChunk(bytes) : bytes
  }
}
