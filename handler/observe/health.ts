import type { ChannelTable } from '../subscriptions/channel-table.ts'
import type { WorkerLink } from '../transmit/worker-link.ts'
import type { Counters } from './counters.ts'

/** What `/health` answers: whether there is a worker to deliver to, and the totals since the start. */
export interface Health {
  readonly ok: boolean
  readonly workers: number
  readonly channels: number
  /** Connections held, as of the last second. */
  readonly held: number
  /** Milliseconds that the event loop of the busiest worker was late at most in the last second. */
  readonly lag: number
  readonly counts: Readonly<Record<string, number>>
  readonly [name: string]: unknown
}

export function health(link: WorkerLink, channels: ChannelTable, counters: Counters): Health {
  const { workers } = link
  return {
    ok: workers.length > 0,
    workers: workers.length,
    channels: channels.size,
    held: workers.reduce((held, worker) => held + worker.held, 0),
    lag: workers.reduce((lag, worker) => Math.max(lag, worker.lag), 0),
    counts: { ...Object.fromEntries(link.counts()), ...Object.fromEntries(counters.entries()) },
  }
}
