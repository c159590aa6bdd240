import type { ChannelTable } from '../../subscriptions/channel-table.ts'
import type { WorkerLink } from '../../transmit/worker-link.ts'
import type { WorkerPeer } from '../../transmit/worker-peer.ts'
import type { Counters } from '../counters.ts'
import type { Observer } from '../observer.ts'
import type { RouteTotals } from '../route-totals.ts'
import { COUNTER_HELP } from './counter-help.ts'
import type { Labels, Metric } from './exposition.ts'
import { gripMetrics } from './grip-metrics.ts'

/** Where the metrics are. */
export interface Figures {
  readonly observer: Observer
  readonly link: WorkerLink
  readonly channels: ChannelTable
  readonly counters: Counters
}

/** All metrics there are: Pushpin's, and those of this gateway. */
export function gatewayMetrics({ observer, link, channels, counters }: Figures): Metric[] {
  const { workers } = link
  const held = workers.reduce((sum, worker) => sum + worker.held, 0)
  return [
    ...gripMetrics(observer.routes.values(), 'gateway'),
    gauge('held_connections', 'Connections held', [{ value: held }]),
    gauge('channels', 'Channels that are held or linger', [{ value: channels.size }]),
    gauge('workers', 'Workers connected to the handler', [{ value: workers.length }]),
    ofWorkers('worker_event_loop_lag_seconds', 'Most that the event loop was late in a second', workers, lagOf),
    ofWorkers('worker_waiting_messages', 'Messages that wait for the worker', workers, ({ waiting }) => waiting),
    ofWorkers('worker_waiting_bytes', 'Bytes that wait for the worker', workers, ({ waitingBytes }) => waitingBytes),
    ...counts(new Map([...link.counts(), ...counters.entries()])),
    {
      type: 'histogram',
      name: 'publish_to_write_seconds',
      help: 'From the receipt of a message to its being written to the clients of a worker',
      samples: [{ value: observer.publishToWrite.counts }],
    },
    ofRoutes('accept_seconds', 'From a request to its being held', observer, ({ accept }) => accept.counts),
    ofRoutes(
      'backend_seconds',
      'From a request to the head of its response',
      observer,
      ({ backend }) => backend.counts,
    ),
  ]
}

type Histogram = Metric & { readonly type: 'histogram' }
type Gauge = Exclude<Metric, Histogram>

function gauge(name: string, help: string, samples: Gauge['samples']): Metric {
  return { type: 'gauge', name, help, samples }
}

function ofWorkers(
  name: string,
  help: string,
  workers: readonly WorkerPeer[],
  value: (worker: WorkerPeer) => number,
): Metric {
  const samples = workers.map((worker) => ({ labels: { worker: String(worker.index) }, value: value(worker) }))
  return gauge(name, help, samples)
}

function lagOf({ lag }: WorkerPeer): number {
  return lag / 1000
}

function ofRoutes(
  name: string,
  help: string,
  { routes }: Observer,
  value: (totals: RouteTotals) => Histogram['samples'][number]['value'],
): Metric {
  const samples = Array.from(routes, ([route, totals]) => {
    const labels: Labels = route === undefined ? {} : { route }
    return { labels, value: value(totals) }
  })
  return { type: 'histogram', name, help, samples }
}

/** Also those that nothing has happened to: a rate needs a first sample of 0. */
function counts(totals: ReadonlyMap<string, number>): Metric[] {
  const names = new Set([...Object.keys(COUNTER_HELP), ...totals.keys()])
  return Array.from(names, (name) => {
    const help = COUNTER_HELP[name] ?? name.replaceAll('_', ' ')
    return { type: 'counter', name: `${name}_total`, help, samples: [{ value: totals.get(name) ?? 0 }] }
  })
}
