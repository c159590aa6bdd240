import { refusalsOf } from '../../drive/streams.ts'
import { deliver } from '../deliver.ts'
import { settledMemory } from '../hold.ts'
import type { Outcome, Scenario } from '../scenario.ts'
import { curves, outcomeOf } from './curve.ts'

const SIZES = [100, 1000, 3000, 10_000]
/** In a second, at every size: what leaves the machine idle half of the time. */
const DELIVERIES = 20_000
/** Pushpin delivers what comes faster than some 40 messages a second only when its publisher pauses. */
const PUSHPIN_RATE = 20

/** More and more streams on one channel, fewer and fewer messages. */
export const growthConnections: Scenario = {
  name: 'growth-connections',
  title: `streams on one channel, ${DELIVERIES} deliveries/s`,
  systems: ['gateway', 'nchan', 'pushpin'],
  extra: true,
  figures: curves(
    SIZES,
    'streams',
    ['nchan', 'pushpin'],
    [
      { of: 'pss', title: 'memory', unit: 'MB' },
      { of: 'cpu', title: 'CPU per delivery', unit: 'µs' },
      { of: 'last50', title: 'last receipt, p50', unit: 'ms' },
      { of: 'last99', title: 'last receipt, p99', unit: 'ms' },
    ],
  ),
  run: async (trial) => {
    const streams = await trial.streams()
    const parts = new Map<number, Outcome>()
    let opened = 0
    for (const [index, size] of SIZES.entries()) {
      const refusals = refusalsOf(await streams.open(size - opened))
      opened = size
      const { pss } = await settledMemory(trial)
      const rate = Math.min(Math.round(DELIVERIES / size), trial.name === 'pushpin' ? PUSHPIN_RATE : Infinity)
      await deliver(trial, streams, rate, 2 * index + 1, { rate })
      const outcome = await deliver(trial, streams, (trial.quick ? 2 : 6) * rate, 2 * index + 2, { rate })
      parts.set(size, {
        ...outcome,
        figures: { ...outcome.figures, pss: pss / 2 ** 20 },
        faults: [...refusals, ...outcome.faults],
      })
    }
    return outcomeOf('streams', parts)
  },
}
