import type { ChannelTable } from '../subscriptions/channel-table.ts'
import type { WorkerLink } from '../transmit/worker-link.ts'
import type { Counters } from './counters.ts'

/** What `/health` answers: whether there is a worker to deliver to, and the totals since the start. */
export interface Health {
  readonly ok: boolean
  readonly workers: number
  readonly channels: number
  readonly counts: Readonly<Record<string, number>>
  readonly [name: string]: unknown
}

export function health(link: WorkerLink, channels: ChannelTable, counters: Counters): Health {
  const workers = link.workers.length
  return {
    ok: workers > 0,
    workers,
    channels: channels.size,
    counts: { ...Object.fromEntries(link.counts()), ...Object.fromEntries(counters.entries()) },
  }
}
