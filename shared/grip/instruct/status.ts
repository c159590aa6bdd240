import type { HeaderList } from '../item/publish-item.ts'
import { headerValues } from '../list-header.ts'
import { reasonPhrase } from '../reason-phrase.ts'
import { isWireText } from '../wire-text.ts'
import { InstructError } from './instruct-error.ts'
import type { JsonResponse } from './json-response.ts'

export interface Status {
  readonly code: number
  readonly reason: string
}

/** `Grip-Status`; throws InstructError (GRIP 3.1). */
export function statusHeader(headers: HeaderList): Status | undefined {
  const [value] = headerValues(headers, 'grip-status')
  if (value === undefined) return undefined
  const [, digits = '', given = ''] = /^(\d{1,3})(?:\s(.*))?$/s.exec(value.trim()) ?? []
  if (digits === '') throw new InstructError('Grip-Status contains invalid status code')
  if (!isWireText(given)) throw new InstructError('Grip-Status contains invalid reason')
  const code = Number(digits)
  return { code, reason: reasonPhrase(code, given.trim()) }
}

/** What the JSON form says about the status wins over what the headers said (GRIP 3.4). */
export function clientStatus(outer: Status, inner: JsonResponse | undefined): Status {
  if (inner?.code === undefined) return { code: outer.code, reason: inner?.reason || outer.reason }
  return { code: inner.code, reason: reasonPhrase(inner.code, inner.reason) }
}
