import { parseHostPort, type HostPort } from './host-port.ts'
import { lastValue, RouteLineError, type Props } from './route-line.ts'

/** Gets one message for each part of a line that is ignored. */
export type Warn = (message: string) => void

/** Reads a prop that must be one of two words. */
export function readChoice<Word extends string>(props: Props, name: string, words: [Word, Word]): Word | undefined {
  const text = lastValue(props, name)
  const word = words.find((word) => word === text)
  if (text !== undefined && word === undefined) {
    throw new RouteLineError(`${name} must be set to '${words[0]}' or '${words[1]}'`)
  }
  return word
}

/**
 * Reads a whole number whose digits match `form`.
 *
 * The reference takes a broken number for 0; here the prop is left out and the operator is told.
 */
export function readInteger(props: Props, name: string, form: RegExp, radix: 8 | 10, warn: Warn): number | undefined {
  const text = lastValue(props, name)
  if (text === undefined) return undefined
  const number = Number.parseInt(text, radix)
  if (form.test(text) && Number.isSafeInteger(number)) return number
  warn(`'${name}' must be ${radix === 8 ? 'an octal' : 'a whole'} number and is ignored`)
  return undefined
}

/** Reads a prop that replaces the host of a request; a value that is no host is left out as well. */
export function readHost(props: Props, name: string, warn: Warn): HostPort | undefined {
  const text = lastValue(props, name)
  if (!text) return undefined
  const parsed = parseHostPort(text)
  if (typeof parsed === 'object') return parsed
  warn(`'${name}' must use format 'host' or 'host:port' and is ignored`)
  return undefined
}
