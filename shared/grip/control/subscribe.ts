import { type Fields, asText } from '../fields.ts'
import { ControlError } from './control-error.ts'
import type { Subscribe } from './control-message.ts'
import { requiredText } from './required-text.ts'

/** Throws ControlError. */
export function subscribe(fields: Fields): Subscribe {
  const channel = requiredText(fields, 'channel')
  const filters = (fields.list('filters') ?? []).map((element) => {
    const filter = asText(element)
    if (filter === undefined) throw new ControlError('filters contains value with wrong type')
    return filter
  })
  return { type: 'subscribe', channel, filters }
}
