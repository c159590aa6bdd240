import { parseInteger } from '../fields.ts'
import type { HeaderList } from '../item/publish-item.ts'
import { headerValues } from '../list-header.ts'
import { InstructError } from './instruct-error.ts'
import type { Instruct } from './instruct.ts'

/** `Grip-Hold`; throws InstructError (GRIP 3.1). */
export function holdHeader(headers: HeaderList): Instruct['hold'] {
  const [hold] = headerValues(headers, 'grip-hold')
  if (hold === undefined) return 'none'
  if (hold === 'response' || hold === 'stream') return hold
  throw new InstructError("Grip-Hold must be set to either 'response' or 'stream'")
}

/** `Grip-Timeout` in seconds, as the backend wrote it; throws InstructError (GRIP 3.1). */
export function timeoutHeader(headers: HeaderList): number | undefined {
  const [value] = headerValues(headers, 'grip-timeout')
  if (value === undefined) return undefined
  const timeout = parseInteger(value)
  if (timeout === undefined) throw new InstructError('failed to parse Grip-Timeout')
  if (timeout < 0) throw new InstructError('Grip-Timeout has invalid value')
  return timeout
}
