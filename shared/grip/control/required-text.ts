import type { Fields } from '../fields.ts'
import { ControlError } from './control-error.ts'

/** A text that must be there and not be empty; throws ControlError. */
export function requiredText(fields: Fields, name: string): string {
  const text = fields.text(name)
  if (text === undefined) throw new ControlError(`grip control object does not contain '${name}'`)
  if (text === '') throw fields.invalid(name)
  return text
}
