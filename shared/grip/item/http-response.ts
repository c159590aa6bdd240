import type { Fields } from '../fields.ts'
import { reasonPhrase } from '../reason-phrase.ts'
import { headerList, reasonText, statusCode } from '../response-fields.ts'
import { type Encoding, content, contentFilters, formatAction, formatFields } from './format-fields.ts'
import { ItemError } from './item-error.ts'
import type { HttpResponseFormat } from './publish-item.ts'

/** JSON.parse reads nesting without end, but whoever writes or applies a patch would run out of stack. */
const maxPatchDepth = 64

/** GRIP 4.2; throws ItemError. */
export function parseHttpResponse(value: unknown, encoding: Encoding): HttpResponseFormat {
  const fields = formatFields('http-response', value)
  const action = formatAction(fields)
  if (action !== 'send') return { action }

  const code = statusCode(fields) ?? 200
  const reason = reasonPhrase(code, reasonText(fields, 'reason'))
  const headers = headerList(fields, ItemError)
  const body = content(fields, 'body', encoding)
  const bodyPatch = body === undefined ? patch(fields) : undefined
  if (body === undefined && bodyPatch === undefined) {
    const bodies = encoding === 'json' ? "'body', 'body-bin', or 'body-patch'" : "'body' or 'body-patch'"
    throw new ItemError(`'http-response' does not contain ${bodies}`)
  }
  return { action, code, reason, headers, body, bodyPatch, contentFilters: contentFilters(fields) }
}

/** A patch is for JSON bodies, so the byte strings of a tnetstring become texts. */
function patch(fields: Fields): readonly unknown[] | undefined {
  return fields.list('body-patch')?.map((operation) => withTexts(operation, maxPatchDepth, fields))
}

function withTexts(value: unknown, depth: number, fields: Fields): unknown {
  if (Buffer.isBuffer(value)) return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) throw fields.invalid('body-patch')
  if (Array.isArray(value)) return value.map((element) => withTexts(element, depth - 1, fields))
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, withTexts(element, depth - 1, fields)]))
}
