import type { Fields } from '../fields.ts'
import { ControlError } from './control-error.ts'
import type { MessageType } from './control-message.ts'

// The fields that keep-alive and send-delayed have in common. All throw ControlError.

/** Text is the default for `content-bin`, too, other than in published messages (GRIP 7.3, 4.5). */
export function messageType(fields: Fields): MessageType {
  const type = fields.text('message-type') ?? 'text'
  if (type === 'text' || type === 'binary' || type === 'ping' || type === 'pong') return type
  throw new ControlError("grip control object contains 'message-type' with unknown value")
}

/** RFC 6455 5.5: the most that a ping or pong frame may carry, in bytes. */
const mostInControlFrame = 125

/** Undefined when the message has none, which is not the same as empty content. */
export function messageContent(fields: Fields, type: MessageType): Buffer | undefined {
  const binary = fields.base64('content-bin')
  const content = binary ?? fields.bytes('content')
  const isControlFrame = type === 'ping' || type === 'pong'
  if (content !== undefined && isControlFrame && content.length > mostInControlFrame) {
    throw fields.invalid(binary === undefined ? 'content' : 'content-bin')
  }
  return content
}

/** Node's timers fire at once when asked for more than 2^31-1 ms. */
const mostSeconds = Math.floor(0x7fffffff / 1000)

/** Seconds; 0 stands for the default. */
export function messageTimeout(fields: Fields, byDefault: number): number {
  return Math.min(mostSeconds, fields.integer('timeout', 0) || byDefault)
}
