import type { Fields } from '../fields.ts'
import type { SetMeta } from './control-message.ts'
import { requiredText } from './required-text.ts'

/** Throws ControlError. */
export function setMeta(fields: Fields): SetMeta {
  return { type: 'set-meta', name: requiredText(fields, 'name'), value: fields.text('value') }
}
