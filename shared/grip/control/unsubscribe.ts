import type { Fields } from '../fields.ts'
import type { Unsubscribe } from './control-message.ts'
import { requiredText } from './required-text.ts'

/** Throws ControlError. */
export function unsubscribe(fields: Fields): Unsubscribe {
  return { type: 'unsubscribe', channel: requiredText(fields, 'channel') }
}
