import type { Fields } from '../fields.ts'
import type { KeepAlive } from './control-message.ts'
import { messageContent, messageTimeout, messageType } from './message-fields.ts'

const defaultTimeout = 55

/** Throws ControlError. What turns the keep-alive off has no timeout that could be wrong. */
export function keepAlive(fields: Fields): KeepAlive {
  const type = messageType(fields)
  const content = messageContent(fields, type)
  const timeout = content === undefined ? defaultTimeout : messageTimeout(fields, defaultTimeout)
  // The reference takes a mode that it does not know for the default one.
  const mode = fields.text('mode') === 'interval' ? 'interval' : 'idle'
  return { type: 'keep-alive', messageType: type, content, timeout, mode }
}
