import { setTimeout as sleep } from 'node:timers/promises'
import { LoadProcess } from '../drive/load-process.ts'
import { publishOverHttp } from '../drive/publisher.ts'
import type { Latency } from '../drive/streams.ts'
import { unanswered } from './deliver.ts'
import type { Scenario } from './scenario.ts'

const CLIENTS = 500
const SETTLE = 500

interface PollReport {
  readonly answered: number
  readonly missed: number
  readonly repeated: number
  readonly errors: number
  readonly oddStatus: number
  readonly latency: Latency
  readonly cpu: number
}

/** Clients that are answered by a message and ask again: each delivery is also an accept. */
export const longPoll: Scenario = {
  name: 'long-poll',
  title: `${CLIENTS} clients that poll one channel, a message whenever all have had time to ask again`,
  systems: ['gateway', 'pushpin'],
  figures: [
    { key: 'cpu', title: 'CPU per answered poll', unit: 'µs', targets: [{ rival: 'pushpin' }] },
    { key: 'p99', title: 'publish to receipt, p99', unit: 'ms', targets: [{ rival: 'pushpin' }] },
    { key: 'missed', title: 'messages between two polls', unit: '%', targets: [{ rival: 'pushpin' }] },
  ],
  run: async (trial) => {
    // Pushpin needs half a second to take all clients again.
    const rate = trial.name === 'pushpin' ? 1 : 4
    const messages = rate * (trial.quick ? 3 : 6)
    await trial.system.canHold?.()
    const load = new LoadProcess('polls', { port: trial.system.port, clients: CLIENTS, messages, run: 1 })
    await sleep(2 * SETTLE)
    const meter = trial.meter()
    const published = await publishOverHttp(trial.system, { messages, run: 1, rate, format: 'response' })
    await sleep(2 * SETTLE)
    load.send('finish')
    const report = await load.next<PollReport>(10)
    const reading = meter.read(published.cpu + report.cpu)
    const faults = {
      repeated: report.repeated,
      [`answers that were no message, the last with status ${report.oddStatus}`]: report.errors,
    }
    return {
      reading,
      faults: [
        ...Object.entries(faults).flatMap(([name, count]) => (count === 0 ? [] : [`${name}: ${count}`])),
        ...unanswered(published),
      ],
      figures: {
        cpu: (reading.cpu / report.answered) * 1e6,
        p99: report.latency.p99 / 1000,
        missed: (report.missed / (report.answered + report.missed)) * 100,
      },
    }
  },
}
