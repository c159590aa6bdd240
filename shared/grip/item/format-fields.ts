import { Fields, asObject, asText } from '../fields.ts'
import { ItemError } from './item-error.ts'

export type Encoding = 'json' | 'tnetstring'

/** The fields of one format of an item; throws ItemError when it is not an object (GRIP 4.1). */
export function formatFields(name: string, value: unknown): Fields {
  const values = asObject(value)
  if (values === undefined) throw new ItemError(`'${name}' is not an object`)
  return new Fields(values, `'${name}'`, ItemError)
}

/** What the publisher wants done, `send` when it says nothing. An unknown action has no message text (GRIP 4.1). */
export function formatAction(fields: Fields): 'send' | 'hint' | 'close' | 'refresh' {
  const action = fields.text('action') ?? 'send'
  if (action === 'send' || action === 'hint' || action === 'close' || action === 'refresh') return action
  throw new ItemError('')
}

/** The filters the content is written for; an empty list is not the same as none (GRIP 4.6). */
export function contentFilters(fields: Fields): readonly string[] | undefined {
  return fields.list('content-filters')?.map((element) => {
    const filter = asText(element)
    if (filter === undefined) throw new ItemError('content-filters contains element with wrong type')
    return filter
  })
}

/** `NAME-bin` is for JSON, which has no byte strings; there it wins over `NAME`. */
export function content(fields: Fields, name: 'body' | 'content', encoding: Encoding): Buffer | undefined {
  return (encoding === 'json' ? fields.base64(`${name}-bin`) : undefined) ?? fields.bytes(name)
}
