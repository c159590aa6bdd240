import { type Fields, type ProblemClass, asObject, asText } from './fields.ts'
import type { HeaderList } from './item/publish-item.ts'
import { isHeaderName, isWireText, toWire } from './wire-text.ts'

/** The status code of a response given as an object; may throw (GRIP 3.4, 4.2). */
export function statusCode(fields: Fields): number | undefined {
  return fields.integer('code', 0, 999)
}

/** A reason phrase, ready to be sent. */
export function reasonText(fields: Fields, name: 'reason' | 'status'): string | undefined {
  const text = fields.text(name)
  if (text === undefined) return undefined
  const reason = toWire(text)
  if (!isWireText(reason)) throw fields.invalid(name)
  return reason
}

/** A list of `[name, value]` pairs or an object of values, ready to be sent; throws `Problem` (GRIP 3.4, 4.2). */
export function headerList(fields: Fields, Problem: ProblemClass): HeaderList {
  const value = fields.value('headers')
  if (value === undefined) return []
  if (Array.isArray(value)) return value.map((element) => headerOf(pairOf(element, Problem), Problem))
  const object = asObject(value)
  if (object === undefined) throw fields.wrongType('headers')
  return Object.entries(object).map(([name, value]) => {
    const text = asText(value)
    if (text === undefined) throw new Problem(`headers contains '${name}' with wrong type`)
    return headerOf([name, text], Problem)
  })
}

function pairOf(element: unknown, Problem: ProblemClass): [name: string, value: string] {
  if (!Array.isArray(element)) throw new Problem('headers contains element with wrong type')
  if (element.length !== 2) throw new Problem('headers contains list with wrong number of elements')
  const name = asText(element[0])
  if (name === undefined) throw new Problem('header contains name element with wrong type')
  const value = asText(element[1])
  if (value === undefined) throw new Problem('header contains value element with wrong type')
  return [name, value]
}

function headerOf([name, text]: [name: string, text: string], Problem: ProblemClass): readonly [string, string] {
  if (!isHeaderName(name)) throw new Problem('headers contains element with invalid name')
  const value = toWire(text)
  if (!isWireText(value)) throw new Problem(`headers contains '${name}' with invalid value`)
  return [name, value]
}
