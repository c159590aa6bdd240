import { Fields, type FieldValues } from '../fields.ts'
import type { HeaderList } from '../item/publish-item.ts'
import { headerList, reasonText, statusCode } from '../response-fields.ts'
import { InstructError } from './instruct-error.ts'

/** The `response` object; what it leaves out of the status is undefined (GRIP 3.4). */
export interface JsonResponse {
  readonly code: number | undefined
  readonly reason: string | undefined
  readonly headers: HeaderList
  readonly body: Buffer
}

/** Throws InstructError. */
export function jsonResponse(values: FieldValues, legacyTypes: boolean): JsonResponse {
  const fields = new Fields(values, 'response', InstructError)
  return {
    code: statusCode(fields),
    // In 2012 the phrase was called status.
    reason: reasonText(fields, 'reason') ?? (legacyTypes ? reasonText(fields, 'status') : undefined),
    headers: headerList(fields, InstructError),
    body: fields.base64('body-bin') ?? fields.bytes('body') ?? Buffer.alloc(0),
  }
}
