import type { Fields } from '../fields.ts'
import type { SendDelayed } from './control-message.ts'
import { messageContent, messageTimeout, messageType } from './message-fields.ts'

const defaultTimeout = 1

/** Throws ControlError. Without content an empty message is sent, after the default delay whatever the timeout says. */
export function sendDelayed(fields: Fields): SendDelayed {
  const type = messageType(fields)
  const content = messageContent(fields, type)
  const timeout = content === undefined ? defaultTimeout : messageTimeout(fields, defaultTimeout)
  return { type: 'send-delayed', messageType: type, content: content ?? Buffer.alloc(0), timeout }
}
