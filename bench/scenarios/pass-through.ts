import { LoadProcess } from '../drive/load-process.ts'
import type { Latency } from '../drive/streams.ts'
import type { Reading } from '../measure/meter.ts'
import type { Trial } from '../trial.ts'
import type { Scenario } from './scenario.ts'

const CONNECTIONS = 32
const WARM_UP_SECONDS = 1

interface RequestsReport {
  readonly answered: number
  readonly errors: number
  readonly seconds: number
  readonly latency: Latency
  readonly cpu: number
}

/** Requests that the backend answers with six bytes. */
export const passThrough: Scenario = {
  name: 'pass-through',
  title: `GET with a tiny response, ${CONNECTIONS} connections kept alive`,
  systems: ['gateway', 'nginx', 'haproxy', 'http-proxy', 'pushpin'],
  figures: [
    {
      key: 'cpu',
      title: 'CPU per request',
      unit: 'µs',
      targets: [
        { rival: 'nginx', most: 3 },
        { rival: 'haproxy' },
        { rival: 'http-proxy', most: 1 / 2 },
        { rival: 'pushpin', most: 1 / 10 },
      ],
    },
    { key: 'rate', title: 'requests', unit: '1/s', targets: [{ rival: 'nginx' }, { rival: 'pushpin' }] },
    { key: 'p99', title: 'request to answer, p99', unit: 'ms', targets: [{ rival: 'nginx' }, { rival: 'pushpin' }] },
  ],
  run: async (trial) => {
    await request(trial, WARM_UP_SECONDS)
    const { report, reading } = await request(trial, trial.quick ? 1 : 3)
    return {
      reading,
      faults:
        report.errors === 0 ? [] : [`requests that failed: ${report.errors} of ${report.answered + report.errors}`],
      figures: {
        cpu: (reading.cpu / report.answered) * 1e6,
        rate: report.answered / report.seconds,
        p99: report.latency.p99 / 1000,
      },
    }
  },
}

async function request(trial: Trial, seconds: number): Promise<{ report: RequestsReport; reading: Reading }> {
  const meter = trial.meter()
  const load = new LoadProcess('requests', { port: trial.system.port, connections: CONNECTIONS, seconds })
  const report = await load.next<RequestsReport>(seconds + 20)
  return { report, reading: meter.read(report.cpu) }
}
