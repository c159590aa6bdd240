import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { IniValue } from './ini.ts'

/** Where a value stands, for what depends on it. */
export interface Place {
  /** Directory of the config file; the working directory when there is none. */
  readonly configDir: string
  readonly cwd: string
  readonly portOffset: number
  /** Throws ConfigError: `FILE:LINE: KEY in [SECTION] ` and this problem, such as `must be ..., not ...`. */
  fail(problem: string): never
}

/** Turns the text of a value into what the code works with (GRIP 10.1). */
export interface Kind<T> {
  read(value: IniValue, place: Place): T
}

/** A kind for one value. Pushpin silently empties such a key at an unquoted comma; here that is an error (GRIP 10.1). */
export function scalar<T>(read: (text: string, place: Place) => T): Kind<T> {
  return {
    read: (value, place) =>
      typeof value === 'string'
        ? read(value, place)
        : place.fail('takes one value: put a value with a comma in double quotes'),
  }
}

/** A comma list of the given kind; an empty value is an empty list. */
export function list<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    read: (value, place) => {
      const elements = typeof value === 'string' ? [value].filter((one) => one !== '') : value
      return elements.map((element) => kind.read(element, place))
    },
  }
}

export const text = scalar((value) => value)

const yes = new Set(['true', '1', 'yes', 'on'])
const no = new Set(['false', '0', 'no', 'off'])

export const bool = scalar((value, place) => {
  const word = value.toLowerCase()
  if (yes.has(word)) return true
  if (no.has(word)) return false
  return place.fail(`must be true or false (or 1/0, yes/no, on/off), not '${value}'`)
})

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return scalar((value, place) => {
    const number = Number(value)
    const fits = /^[+-]?\d+$/.test(value) && number >= min && number <= max
    return fits ? number : place.fail(`must be a whole number ${range}, not '${value}'`)
  })
}

/** A span of at most 20 days: what Node's timers can count in milliseconds. */
export const seconds = (min: number) => integer(min, 1_728_000)
export const milliseconds = (min: number) => integer(min, 1_728_000_000)

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return scalar((value, place) => {
    const word = words.find((one) => one === value)
    return word ?? place.fail(`must be ${words.join(' or ')}, not '${value}'`)
  })
}

/** An absolute path; a relative one starts at the config file's directory. */
export const path = scalar((value, place) =>
  value === '' ? place.fail('must be a path, not empty') : resolve(place.configDir, value),
)

/** An absolute path; a relative one starts at the working directory. */
export const workingPath = scalar((value, place) =>
  value === '' ? place.fail('must be a path, not empty') : resolve(place.cwd, value),
)

/** File permissions, written as octal digits. */
export const octalMode = scalar((value, place) =>
  /^[0-7]{3,4}$/.test(value)
    ? Number.parseInt(value, 8)
    : place.fail(`must be file permissions in octal such as 660, not '${value}'`),
)

/** A key string (GRIP 2.3) with the path of `file:` made absolute. Errors never show the value: it is a secret. */
export const key = scalar((value, place) => {
  if (value.startsWith('file:')) return `file:${path.read(value.slice(5), place)}`
  if (value.startsWith('base64:') && !/^[\w+/-]+={0,2}$/.test(value.slice(7))) {
    place.fail('must have base64 text after base64:')
  }
  return value
})

export const ipAddress = scalar((value, place) =>
  isIP(value) === 0 ? place.fail(`must be an IP address (0.0.0.0 for all), not '${value}'`) : value,
)

/** A ZeroMQ endpoint, its TCP port moved by the port offset; empty for none. */
export const spec = scalar((value, place) => {
  const tcp = /^(tcp:\/\/\S+:)(\d+)$/.exec(value)
  if (tcp) return `${tcp[1]}${offsetPort(Number(tcp[2]), place)}`
  if (value === '' || /^ipc:\/\/./.test(value)) return value
  return place.fail(`must be tcp://ADDRESS:PORT or ipc://PATH, not '${value}'`)
})

/** A port moved by the port offset; 0 for any free port, undefined (written as an empty value) for none. */
export const inputPort = scalar((value, place): number | undefined => {
  if (value === '') return undefined
  const port = integer(0, 65535).read(value, place)
  return port === 0 ? 0 : offsetPort(port, place)
})

function offsetPort(port: number, place: Place): number {
  const moved = port + place.portOffset
  return moved >= 1 && moved <= 65535 ? moved : place.fail(`comes to port ${moved}: a port is from 1 to 65535`)
}

/** A rule of GRIP 2.7. */
export const forwardedForRule = scalar((value, place) =>
  /^(?:append|truncate:\d{1,9})$/.test(value)
    ? value
    : place.fail(`must be a list of append and truncate:N, not '${value}'`),
)

/** `proto-only`, or whether both X-Forwarded-Proto and X-Forwarded-Protocol are set (GRIP 2.2 step 10). */
export const forwardedProtocol = scalar((value, place): boolean | 'proto-only' => {
  if (value === 'proto-only') return value
  const word = value.toLowerCase()
  if (yes.has(word)) return true
  if (no.has(word) || value === '') return false
  return place.fail(`must be true, proto-only or false, not '${value}'`)
})
