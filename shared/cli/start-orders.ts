import { dirname } from 'node:path'
import { parseLogLevels } from '../config/log-levels.ts'
import type { LogLevels } from '../config/log-levels.ts'
import { loadSettings } from '../config/settings.ts'
import type { StartOrders } from '../supervise/orders.ts'
import { orFail } from './arguments.ts'

/** Options that runner, proxy and handler have in common, as the command line gave them. */
export interface CommonOptions {
  readonly config?: string
  readonly logfile?: string
  readonly loglevel?: string
  readonly verbose?: boolean
  readonly route?: readonly string[]
  readonly ipcPrefix?: string
  readonly portOffset?: number
}

export interface PreparedStart {
  readonly orders: StartOrders
  /** Absolute path; undefined when the gateway runs on its defaults. */
  readonly file: string | undefined
  /** Nobody named the config file: it was looked for. */
  readonly wasFound: boolean
  /** About the config file, one sentence each. */
  readonly warnings: readonly string[]
  readonly levelOf: (component: string) => number
}

/** Config file and options together. Ends the process with one sentence when they do not work. */
export function prepareStart(options: CommonOptions): PreparedStart {
  const { config: file, ipcPrefix, portOffset } = options
  const loaded = orFail(() => loadSettings({ file, ipcPrefix, portOffset }))
  const levels = logLevels(options, loaded.settings.runner.log_level)
  const levelOf = (component: string): number => levels.services[component] ?? levels.default
  const { settings } = loaded
  return {
    file: loaded.file,
    wasFound: false,
    warnings: loaded.warnings,
    levelOf,
    orders: {
      settings,
      configDirectory: loaded.file === undefined ? process.cwd() : dirname(loaded.file),
      log: { level: levels.default, format: settings.runner.log_format, file: options.logfile },
      routeLines: options.route ?? (settings.proxy.routesfile === undefined ? ['* test'] : []),
      worker: 0,
    },
  }
}

function logLevels(options: CommonOptions, configured: LogLevels): LogLevels {
  if (options.verbose === true) return { default: 3, services: {} }
  const { loglevel } = options
  if (loglevel === undefined) return configured
  return orFail(() => parseLogLevels(loglevel.split(',')))
}
