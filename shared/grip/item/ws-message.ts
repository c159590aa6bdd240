import type { Fields } from '../fields.ts'
import { type Encoding, contentFilters, formatAction, formatFields } from './format-fields.ts'
import { ItemError } from './item-error.ts'
import type { WsMessageFormat } from './publish-item.ts'

const noContent = Buffer.alloc(0)

/** RFC 6455 5.5: the most that a ping or pong frame may carry, in bytes. */
const mostInControlFrame = 125

/** GRIP 4.5; throws ItemError. */
export function parseWsMessage(value: unknown, encoding: Encoding): WsMessageFormat {
  const fields = formatFields('ws-message', value)
  const action = formatAction(fields)
  if (action === 'close') return { action, code: closeCode(fields), reason: fields.text('reason') ?? '' }
  if (action !== 'send') return { action }

  const type = messageType(fields)
  // Unlike the HTTP formats this one has content-bin in tnetstrings too, as raw bytes, because it decides the type.
  const binary = encoding === 'json' ? fields.base64('content-bin') : fields.bytes('content-bin')
  const content = binary ?? fields.bytes('content')
  if (content === undefined && type !== 'ping' && type !== 'pong') {
    throw new ItemError("'ws-message' does not contain 'content' or 'content-bin'")
  }
  if ((type === 'ping' || type === 'pong') && content !== undefined && content.length > mostInControlFrame) {
    throw fields.invalid(binary === undefined ? 'content' : 'content-bin')
  }
  return {
    action,
    type: type ?? (binary === undefined ? 'text' : 'binary'),
    content: content ?? noContent,
    contentFilters: contentFilters(fields),
  }
}

/** Zero stands for no code: browsers refuse it as one. */
function closeCode(fields: Fields): number | undefined {
  return fields.integer('code', 0, 0xffff) || undefined
}

function messageType(fields: Fields): 'text' | 'binary' | 'ping' | 'pong' | undefined {
  const type = fields.text('type')
  if (type === undefined || type === 'text' || type === 'binary' || type === 'ping' || type === 'pong') return type
  throw new ItemError("'ws-message' contains 'type' with unknown value")
}
