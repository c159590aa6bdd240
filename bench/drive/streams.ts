import type { Running } from '../systems/system.ts'
import { LoadProcess } from './load-process.ts'
import type { Publication } from './publisher.ts'

export interface StreamsOptions {
  /** The clients are on them in turn; 1 unless said otherwise. */
  readonly channels?: number
  readonly protocol?: 'http' | 'websocket'
  /** Bytes of a message. */
  readonly size?: number
  /** What the backend knows streams of another kind by. */
  readonly path?: string
}

/** Durations in microseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Opened {
  readonly held: number
  readonly failed: number
  /** Of the last that failed; 0 without a response. */
  readonly failedStatus: number
  readonly seconds: number
}

/** What the clients saw of a run. */
export interface RunReport {
  readonly expected: number
  readonly received: number
  readonly lost: number
  readonly repeated: number
  readonly reordered: number
  readonly damaged: number
  /** Streams that the server has closed, since they were opened. */
  readonly closed: number
  /** From the first publish to the last receipt. */
  readonly seconds: number
  /** From publish to receipt, of each delivery. */
  readonly latency: Latency
  /** From publish to the last receipt, of each message; only with one channel. */
  readonly last: Latency
}

const OPEN_LIMIT = 120
const READY_LIMIT = 10
const REPORT_LIMIT = 120

/** Clients with a stream, or a WebSocket, each. */
export class Streams {
  readonly #load: LoadProcess

  /** What a publisher must know of them. */
  readonly publication: Pick<Publication, 'size' | 'format'> & { readonly channels: number }

  constructor(
    { port, holdHeader }: Running,
    { channels = 1, protocol = 'http', size, path = '/hold/' }: StreamsOptions,
  ) {
    const header = protocol === 'http' ? holdHeader : undefined
    this.#load = new LoadProcess('streams', { port, path, header, channels, protocol, size })
    this.publication = { channels, size, format: protocol === 'http' ? 'stream' : 'websocket' }
  }

  get pid(): number {
    return this.#load.pid
  }

  async open(count: number): Promise<Opened> {
    this.#load.send(`more ${count}`)
    return this.#load.next<Opened>(OPEN_LIMIT)
  }

  /** From now on the clients count what they receive of the run. */
  async expect(messages: number, run: number): Promise<void> {
    this.#load.send(`expect ${messages} ${run}`)
    await this.#load.next(READY_LIMIT)
  }

  /** The publisher has finished: resolves when everything has arrived, or nothing more does. */
  report(): Promise<RunReport> {
    this.#load.send('finish')
    return this.#load.next<RunReport>(REPORT_LIMIT)
  }

  stop(): Promise<void> {
    return this.#load.stop()
  }
}

/** That clients could not be opened, in words; empty when all could. */
export function refusalsOf({ failed, failedStatus }: Opened): string[] {
  return failed === 0 ? [] : [`not opened: ${failed} clients, the last with status ${failedStatus}`]
}

/** What must not happen, in words; empty for a clean run. */
export function faultsOf(report: RunReport): string[] {
  const counts = {
    lost: report.lost,
    repeated: report.repeated,
    'out of order': report.reordered,
    damaged: report.damaged,
    'streams closed': report.closed,
  }
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}: ${count} (of ${report.expected} deliveries)`)
}
