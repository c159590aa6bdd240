import type { Trial } from '../trial.ts'
import { deliver, held, messagesFor } from './fan-out.ts'
import type { Scenario } from './scenario.ts'

const WARM_UP = 100
const CALIBRATION = 200
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
    const streams = await held(trial)
    await deliver(trial, streams, WARM_UP, 1)
    const { figures } = await deliver(trial, streams, CALIBRATION, 2)
    const outcome = await deliver(trial, streams, messagesFor(trial.quick ? 1 : 3, figures['rate'] ?? 0), 3)
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
    const streams = await trial.streams(1)
    // Both workers are to be warm.
    await streams.open(OPENED)
    const meter = trial.meter()
    const { failed, seconds } = await streams.open(OPENED)
    const reading = meter.read()
    return {
      reading,
      faults: failed === 0 ? [] : [`not opened: ${failed} streams`],
      figures: { cpu: (reading.cpu / OPENED) * 1e6, rate: OPENED / seconds },
    }
  },
}
