import { parseInteger } from '../fields.ts'
import { type Params, paramValue } from '../list-header.ts'
import { InstructError } from './instruct-error.ts'

/** Node's timers fire at once when asked for more than 2^31-1 ms. */
const most = Math.floor(0x7fffffff / 1000)

// Seconds of GRIP 3.1. What is below the least or above the most is moved there, in headers as in JSON.

export function holdTimeout(given: number | undefined): number {
  return within(5, given ?? 55)
}

export function keepAliveTimeout(given: number | undefined): number {
  return within(1, given ?? 55)
}

export function nextLinkTimeout(given: number | undefined): number {
  return within(0, given ?? 120)
}

function within(least: number, seconds: number): number {
  return Math.min(most, Math.max(least, seconds))
}

/** The `timeout` parameter of a header, in seconds as the backend wrote it; throws InstructError (GRIP 3.2). */
export function timeoutParam(params: Params, header: string): number | undefined {
  const value = paramValue(params, 'timeout')
  if (value === undefined) return undefined
  const timeout = parseInteger(value)
  if (timeout === undefined) throw new InstructError(`failed to parse ${header} timeout value`)
  if (timeout < 0) throw new InstructError(`${header} timeout has invalid value`)
  return timeout
}
