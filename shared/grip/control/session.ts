import type { Fields } from '../fields.ts'
import type { Session } from './control-message.ts'

/** Throws ControlError. */
export function session(fields: Fields): Session {
  return { type: 'session', id: fields.text('id') }
}
