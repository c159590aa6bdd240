import { refusalsOf } from '../drive/streams.ts'
import type { Trial } from '../trial.ts'
import { flatOut } from './fan-out.ts'
import type { Scenario } from './scenario.ts'

const OPENED = 3000

/**
 * What a second worker brings. On a machine whose cores the clients need too, the rate cannot double; what the busiest process
 * takes for a delivery says how far it would go if they were elsewhere.
 */
export const workersFanOut: Scenario = {
  name: 'workers',
  title: 'two workers and one: 1000 streams on one channel, publisher flat out',
  systems: ['gateway-2', 'gateway'],
  figures: [
    {
      key: 'capacity',
      title: 'deliveries, its busiest process full',
      unit: '1/s',
      targets: [{ rival: 'gateway', least: 1.7 }],
    },
    { key: 'rate', title: 'deliveries', unit: '1/s', targets: [{ rival: 'gateway' }] },
    { key: 'cpu', title: 'CPU per delivery', unit: 'µs', targets: [{ rival: 'gateway' }] },
  ],
  run: async (trial) => {
    const outcome = await flatOut(trial, 1)
    return { ...outcome, figures: { ...outcome.figures, capacity: 1e6 / (outcome.figures['busiest'] ?? NaN) } }
  },
}

/** What it costs that workers share a port. */
export const workersAccept: Scenario = {
  name: 'workers-accept',
  title: `two workers and one: ${OPENED} streams opened, 64 at a time`,
  systems: ['gateway-2', 'gateway'],
  figures: [
    { key: 'cpu', title: 'CPU per accepted hold', unit: 'µs', targets: [{ rival: 'gateway', over: 15 }] },
    { key: 'rate', title: 'holds accepted', unit: '1/s', targets: [{ rival: 'gateway' }] },
  ],
  run: async (trial: Trial) => {
    await trial.warmUp(2)
    const streams = await trial.streams()
    const meter = trial.meter()
    const opened = await streams.open(OPENED)
    const reading = meter.read()
    return {
      reading,
      faults: refusalsOf(opened),
      figures: { cpu: (reading.cpu / OPENED) * 1e6, rate: OPENED / opened.seconds },
    }
  },
}
