import { Fields, type FieldValues, asObject } from '../fields.ts'
import { metaTexts } from '../meta-fields.ts'
import type { Encoding } from './format-fields.ts'
import { parseHttpResponse } from './http-response.ts'
import { parseHttpStream } from './http-stream.ts'
import { ItemError } from './item-error.ts'
import type { PublishItem } from './publish-item.ts'
import { parseWsMessage } from './ws-message.ts'

/** A channel named beside the item: in the publish path it is a default, on the SUB input it is the only one. */
export interface OutsideChannel {
  readonly channel: string
  readonly use: 'as-default' | 'always'
}

/**
 * Reads one published item: `value` is what JSON.parse or decodeTnetstring returned (GRIP 4.1).
 * Throws ItemError, with the first problem in the order the clause gives.
 */
export function parseItem(value: unknown, encoding: Encoding, outside?: OutsideChannel): PublishItem {
  const values = asObject(value)
  if (values === undefined) throw new ItemError('publish item object is not an object')
  const fields = new Fields(values, 'publish item object', ItemError)

  const channel = itemChannel(fields, outside)
  const id = textOrNull(fields, 'id')
  const prevId = textOrNull(fields, 'prev-id')
  const formats = itemFormats(fields, values)
  const meta = fields.object('meta')
  const size = fields.integer('size')
  const noSeq = fields.boolean('no-seq') ?? false

  if (formats === undefined) throw new ItemError('no formats specified')
  const { 'http-response': httpResponse, 'http-stream': httpStream, 'ws-message': wsMessage } = formats
  const item = {
    channel,
    id,
    prevId,
    noSeq,
    size,
    httpResponse: httpResponse === undefined ? undefined : parseHttpResponse(httpResponse, encoding),
    httpStream: httpStream === undefined ? undefined : parseHttpStream(httpStream, encoding),
    wsMessage: wsMessage === undefined ? undefined : parseWsMessage(wsMessage, encoding),
    meta: meta === undefined ? undefined : metaTexts(meta, ItemError),
  }
  if (size !== undefined && size < 0) throw fields.invalid('size')
  return item
}

function itemChannel(fields: Fields, outside: OutsideChannel | undefined): string {
  if (outside?.use === 'always') return outside.channel
  const channel = fields.text('channel') ?? outside?.channel
  if (channel === undefined) throw new ItemError("publish item object does not contain 'channel'")
  return channel
}

/** Client libraries write null for an id they do not have. */
function textOrNull(fields: Fields, name: 'id' | 'prev-id'): string | undefined {
  return fields.value(name) === null ? undefined : fields.text(name)
}

/** Old publishers put the formats beside the other fields. Undefined when there is none, known or unknown. */
function itemFormats(fields: Fields, values: FieldValues): FieldValues | undefined {
  const formats = fields.object('formats')
  if (formats !== undefined) return Object.keys(formats).length > 0 ? formats : undefined
  return 'http-response' in values || 'http-stream' in values || 'ws-message' in values ? values : undefined
}
