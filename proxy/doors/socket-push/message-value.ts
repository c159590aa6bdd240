import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { fromItem } from '../bus-item.ts'
import type { BusMessage } from '../bus-item.ts'

/** A message's JSON value for the bus: a string as text, all else as JSON. */
export function busMessage(value: unknown): BusMessage {
  return typeof value === 'string'
    ? { content: Buffer.from(value), contentType: 'text/plain' }
    : { content: Buffer.from(JSON.stringify(value)), contentType: 'application/json' }
}

const JSON_TYPE = /[/+]json\b/i

/**
 * What an item says to a browser, as a JSON value; undefined for nothing. What is declared as JSON is its value. Of what is not declared
 * at all, JSON objects and arrays are taken for such, since publishers seldom say what they send.
 */
export function valueOf(item: PublishItem): unknown {
  const message = fromItem(item)
  if (message === undefined) return undefined
  const text = message.content.toString()
  const declared = item.meta?.['content-type']
  if (declared === undefined ? /^\s*[[{]/.test(text) : JSON_TYPE.test(declared)) {
    try {
      return JSON.parse(text)
    } catch {
      // It only looks like JSON.
    }
  }
  return text
}
