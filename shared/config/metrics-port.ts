import { scalar } from './kinds.ts'
import { parseListener } from './listeners.ts'
import type { Listener } from './listeners.ts'

/** Where metrics are fetched: a TCP port, or a Unix socket. */
export type MetricsPort = Listener | { readonly path: string }

/** `PORT`, `ADDRESS:PORT` or `ipc://PATH` (GRIP 9.3); undefined, written as an empty value, for none. Not moved by the port offset. */
export const metricsPort = scalar((value, place): MetricsPort | undefined => {
  if (value === '') return undefined
  const path = /^ipc:\/\/(.+)$/.exec(value)?.[1]
  if (path !== undefined) return { path }
  return parseListener(value) ?? place.fail(`must be PORT, ADDRESS:PORT or ipc://PATH, not '${value}'`)
})

/** What is put before the names of metrics. */
export const metricPrefix = scalar((value, place) =>
  /^(?:[A-Za-z_:][\w:]*)?$/.test(value)
    ? value
    : place.fail(`must be letters, digits and underscores that begin with a letter, not '${value}'`),
)
