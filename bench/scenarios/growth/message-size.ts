import { deliver, held } from '../deliver.ts'
import type { Outcome, Scenario } from '../scenario.ts'
import { curves, outcomeOf } from './curve.ts'

const STREAMS = 500
const SIZES = [16, 256, 4096, 65_536]
const RATE = 20
/** In a second: what the clients can read while the machine has time left. */
const BYTES = 100_000_000

/** Messages of every size that is usual. */
export const growthSize: Scenario = {
  name: 'growth-size',
  title: `${STREAMS} streams on one channel, up to ${RATE} messages/s and ${BYTES / 1e6} MB/s`,
  systems: ['gateway', 'nchan', 'pushpin'],
  extra: true,
  figures: curves(
    SIZES,
    'bytes',
    ['nchan', 'pushpin'],
    [
      { of: 'cpu', title: 'CPU per delivery', unit: 'µs' },
      { of: 'byte', title: 'CPU per byte', unit: 'ns' },
    ],
  ),
  run: async (trial) => {
    const parts = new Map<number, Outcome>()
    for (const size of SIZES) {
      const streams = await held(trial, STREAMS, { size })
      const rate = Math.min(RATE, Math.floor(BYTES / STREAMS / size))
      await deliver(trial, streams, rate, 1, { rate })
      const outcome = await deliver(trial, streams, (trial.quick ? 2 : 6) * rate, 2, { rate })
      const byte = ((outcome.figures['cpu'] ?? NaN) / size) * 1000
      parts.set(size, { ...outcome, figures: { ...outcome.figures, byte } })
      await streams.stop()
    }
    return outcomeOf('bytes', parts)
  },
}
