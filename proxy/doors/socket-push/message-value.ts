import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { fromItem } from '../bus-item.ts'
import type { BusMessage } from '../bus-item.ts'
import { writtenJson } from '../written-json.ts'
import { isNestedDeeper } from './nesting.ts'
import { CallError } from './services/call-error.ts'

/**
 * A message's JSON value for the bus: a string as text, all else as JSON.
 * @throws {CallError} for a value that is nested too deep to be written.
 */
export function busMessage(value: unknown): BusMessage {
  if (typeof value === 'string') return { content: Buffer.from(value), contentType: 'text/plain' }
  const json = writtenJson(value)
  if (json === undefined) throw new CallError(500, 'Message nested too deep')
  return { content: Buffer.from(json), contentType: 'application/json' }
}

const JSON_TYPE = /[/+]json\b/i

/** Levels of a value that is written for browsers: with some thousand the stack would not do. */
const MAX_NESTING = 1000

/**
 * What an item says to a browser, as a JSON value; undefined for nothing. What is declared as JSON is its value. Of what is not declared
 * at all, JSON objects and arrays are taken for such, since publishers seldom say what they send. What is nested in more than 1000
 * levels stays text.
 */
export function valueOf(item: PublishItem): unknown {
  const message = fromItem(item)
  if (message === undefined) return undefined
  const text = message.content.toString()
  const declared = item.meta?.['content-type']
  if (declared === undefined ? /^\s*[[{]/.test(text) : JSON_TYPE.test(declared)) {
    try {
      const value: unknown = JSON.parse(text)
      return isNestedDeeper(text, MAX_NESTING) ? text : value
    } catch {
      // It only looks like JSON.
    }
  }
  return text
}
