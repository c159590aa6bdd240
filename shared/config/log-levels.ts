import { ConfigError } from './config-error.ts'
import type { Kind } from './kinds.ts'

/** 0 error, 1 warning, 2 info, 3 debug, 4 trace (GRIP 11.6). */
export interface LogLevels {
  readonly default: number
  /** By service name: `runner`, `proxy`, `handler`. */
  readonly services: Readonly<Record<string, number>>
}

/** Reads components `N` and `SERVICE:N`, the last of each counting. Throws ConfigError in the words of GRIP 11.2. */
export function parseLogLevels(components: readonly string[]): LogLevels {
  let level = 2
  const services = new Map<string, number>()
  for (const component of components) {
    if (component === '') throw new ConfigError('log level component cannot be empty')
    const colon = component.indexOf(':')
    const service = component.slice(0, Math.max(colon, 0))
    if (colon === 0) throw new ConfigError('log level component name cannot be empty')
    if (!/^\d{1,9}$/.test(component.slice(colon + 1))) {
      const whose = colon < 0 ? '' : ` for service ${service}`
      throw new ConfigError(`log level${whose} must be greater than or equal to 0`)
    }
    const number = Number(component.slice(colon + 1))
    if (colon < 0) level = number
    else services.set(service, number)
  }
  return { default: level, services: Object.fromEntries(services) }
}

/** The `log_level` key (GRIP 10.3). */
export const logLevels: Kind<LogLevels> = {
  read: (value, place) => {
    try {
      return parseLogLevels(typeof value === 'string' ? [value] : value)
    } catch (error) {
      if (error instanceof ConfigError) return place.fail(`must be N or a list of N and SERVICE:N: ${error.message}`)
      throw error
    }
  },
}
