import { isUtf8 } from 'node:buffer'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { frame } from '../../websocket/frames/frame-writer.ts'
import { TEXT } from '../../websocket/frames/frame.ts'
import { fromItem, toItem } from '../bus-item.ts'
import type { BusMessage } from '../bus-item.ts'
import { writtenJson } from '../written-json.ts'
import type { ClientMessage } from './read-message.ts'

const DOOR = 'pusud'

/**
 * What a client publishes, for the bus: its content, and the message as it came for the clients of this door. Undefined when the content is
 * nested too deep to be written.
 */
export function publishedItem({ channel, content, text }: ClientMessage, prefix: string): PublishItem | undefined {
  const isText = content === undefined || typeof content === 'string'
  const written = isText ? (content ?? '') : writtenJson(content)
  if (written === undefined) return undefined
  return toItem(prefix + channel, {
    content: Buffer.from(written),
    contentType: isText ? 'text/plain' : 'application/json',
    verbatim: { door: DOOR, text },
  })
}

/** The frame that clients get for an item; empty when it says nothing to them. */
export function renderer(prefix: string): (item: PublishItem) => Buffer {
  return (item) => {
    const { verbatim, channel } = item
    if (verbatim?.door === DOOR) return frame(TEXT, Buffer.from(verbatim.text))
    const message = fromItem(item)
    const content = message && contentOf(message)
    if (content === undefined) return NOTHING
    const name = JSON.stringify(channel.slice(prefix.length))
    return frame(TEXT, Buffer.from(`{"type":"publish","channel":${name},"content":${content}}`))
  }
}

const NOTHING = Buffer.alloc(0)

/** As JSON, unless it is neither that nor text. */
function contentOf({ content, contentType }: BusMessage): string | undefined {
  if (!isUtf8(content)) return undefined
  const text = content.toString()
  return /[/+]json\b/i.test(contentType) && isJson(text) ? text : JSON.stringify(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
