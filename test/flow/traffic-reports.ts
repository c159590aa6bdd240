import { after } from 'node:test'
import assert from 'node:assert/strict'
import { freePorts } from '../support/free-ports.ts'
import { startGateway, type Gateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { StatsSubscriber } from '../support/stats-subscriber.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'

const FIELDS = ['client', 'server'].flatMap((side) =>
  ['header-bytes', 'content-bytes', 'messages'].flatMap((what) =>
    ['received', 'sent'].map((way) => `${side}-${what}-${way}`),
  ),
)

interface Expected {
  /** Header bytes received and sent, content bytes received and sent, messages received and sent. */
  readonly client: readonly number[]
  readonly server: readonly number[]
}

/** What the `report` packets of a gateway say of its routes. */
export class TrafficReports {
  readonly #subscriber: StatsSubscriber

  constructor(subscriber: StatsSubscriber) {
    this.#subscriber = subscriber
  }

  /** The sum of all reports on a route, in the order of the fields. */
  of(route: string | undefined): number[] {
    const reports = this.#subscriber.of('report').filter((report) => report['route'] === route)
    return FIELDS.map((field) => reports.reduce((sum, report) => sum + Number(report[field]), 0))
  }

  /** Waits until the route has come to this, and stays there for a report. */
  async become(route: string, { client, server }: Expected): Promise<void> {
    const expected = [...client, ...server]
    await until(
      () => total(this.of(route)) >= total(expected),
      () => `${route}: ${JSON.stringify(this.of(route))}, not ${JSON.stringify(expected)}`,
    )
    const { length } = this.#subscriber.packets
    await until(() => this.#subscriber.packets.length >= length + 1, 'another report')
    assert.deepEqual(this.of(route), expected)
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Bytes of the head of what came. */
export function headOf(bytes: string): number {
  return bytes.indexOf('\r\n\r\n') + 4
}

/** A gateway with these routes, and one of which nothing is expected, that reports each second. */
export async function startReporting(
  routes: readonly string[],
): Promise<{ gateway: Gateway; reports: TrafficReports }> {
  const [port = 0] = await freePorts(1)
  const stats = `tcp://127.0.0.1:${port}`
  const gateway = await startGateway({
    workers: 1,
    routes: [...routes, '* test'],
    config: {
      handler: { stats_spec: stats, stats_format: 'json', stats_report_interval: 1 },
      proxy: { sig_key: '' },
    },
  })
  const subscriber = new StatsSubscriber(stats, 'report')
  after(async () => {
    subscriber.close()
    await gateway.stop()
  })
  const reports = new TrafficReports(subscriber)
  await until(async () => {
    await ask(gateway.port, get('/warm'))
    return total(reports.of(undefined)) > 0
  }, 'the worker counts')
  return { gateway, reports }
}
