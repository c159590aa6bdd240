import { type Encoding, content, contentFilters, formatAction, formatFields } from './format-fields.ts'
import { ItemError } from './item-error.ts'
import type { HttpStreamFormat } from './publish-item.ts'

/** GRIP 4.4; throws ItemError. */
export function parseHttpStream(value: unknown, encoding: Encoding): HttpStreamFormat {
  const fields = formatFields('http-stream', value)
  const action = formatAction(fields)
  if (action !== 'send') return { action }

  const bytes = content(fields, 'content', encoding)
  if (bytes === undefined) {
    const contents = encoding === 'json' ? "'content' or 'content-bin'" : "'content'"
    throw new ItemError(`'http-stream' does not contain ${contents}`)
  }
  return { action, content: bytes, contentFilters: contentFilters(fields) }
}
