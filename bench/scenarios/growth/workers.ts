import { refusalsOf } from '../../drive/streams.ts'
import { flatOut } from '../fan-out.ts'
import { settledMemory } from '../hold.ts'
import type { Scenario, Target } from '../scenario.ts'

const WARM_UP = 1000
const OPENED = 3000
const RIVALS: readonly Target[] = [{ rival: 'gateway-2' }, { rival: 'gateway-3' }, { rival: 'gateway-4' }]

/** The gateway with one worker and with more; beyond one for each core there is nothing to win. */
export const growthWorkers: Scenario = {
  name: 'growth-workers',
  title: `one to four workers: ${OPENED} streams opened, then 1000 on one channel, publisher flat out`,
  systems: ['gateway', 'gateway-2', 'gateway-3', 'gateway-4'],
  extra: true,
  figures: [
    { key: 'start', title: 'memory (PSS) after the start', unit: 'MB', targets: RIVALS },
    { key: 'hold', title: 'CPU per accepted hold', unit: 'µs', targets: RIVALS },
    { key: 'rate', title: 'deliveries', unit: '1/s', targets: RIVALS },
    { key: 'cpu', title: 'CPU per delivery', unit: 'µs', targets: RIVALS },
  ],
  run: async (trial) => {
    const { pss } = await settledMemory(trial)
    const streams = await trial.streams()
    await streams.open(WARM_UP)
    const meter = trial.meter()
    const opened = await streams.open(OPENED)
    const accepting = meter.read()
    await streams.stop()
    const outcome = await flatOut(trial, 1)
    return {
      ...outcome,
      faults: [...refusalsOf(opened), ...outcome.faults],
      figures: { ...outcome.figures, start: pss / 2 ** 20, hold: (accepting.cpu / OPENED) * 1e6 },
    }
  },
}
