import { STATUS_CODES } from 'node:http'

/** The phrase given, else the standard one of the code; empty when neither is known. */
export function reasonPhrase(code: number, given: string | undefined): string {
  return given || (STATUS_CODES[code] ?? '')
}
