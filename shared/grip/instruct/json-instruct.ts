import { Fields, asObject } from '../fields.ts'
import { InstructError } from './instruct-error.ts'
import { type JsonHold, jsonHold } from './json-hold.ts'
import { type JsonResponse, jsonResponse } from './json-response.ts'

export interface JsonInstruct {
  readonly hold: JsonHold | undefined
  /** Empty when the body has none: the response around it is only an envelope. */
  readonly response: JsonResponse
}

/** The instruction in the body of an `application/grip-instruct` response; throws InstructError (GRIP 3.4). */
export function jsonInstruct(code: number, body: Buffer, legacyTypes: boolean): JsonInstruct {
  if (code !== 200) throw new InstructError('response code for application/grip-instruct content must be 200')
  const values = asObject(parseJson(body))
  if (values === undefined) throw new InstructError('instruct must be an object')
  const fields = new Fields(values, 'instruct', InstructError)
  const hold = fields.object('hold')
  const response = fields.object('response') ?? {}
  return {
    hold: hold && jsonHold(hold),
    response: jsonResponse(response, legacyTypes),
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new InstructError('failed to parse application/grip-instruct content as JSON')
  }
}
