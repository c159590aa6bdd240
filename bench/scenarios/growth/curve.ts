import type { Reading } from '../../measure/meter.ts'
import type { SystemName } from '../../systems/system.ts'
import type { Figure, Outcome } from '../scenario.ts'

/** Something that is measured at each size. */
interface Measure {
  readonly of: string
  readonly title: string
  readonly unit: string
}

/** The figures of the measures at each size. @param what grows, in the plural. */
export function curves(
  sizes: readonly number[],
  what: string,
  rivals: readonly SystemName[],
  measures: readonly Measure[],
): Figure[] {
  return measures.flatMap(({ of, title, unit }) =>
    sizes.map((at) => ({
      key: keyAt(of, at),
      title: `${title}, ${what}: ${at.toLocaleString('en')}`,
      unit,
      targets: rivals.map((rival) => ({ rival })),
      curve: { of, at },
    })),
  )
}

/** The outcome of a scenario from those at its sizes: the figures of each, and the load at its highest. */
export function outcomeOf(what: string, parts: ReadonlyMap<number, Outcome>): Outcome {
  const all = [...parts]
  const readings = all.map(([, { reading }]) => reading)
  const most = (key: keyof Reading): number => Math.max(...readings.map((reading) => reading[key]))
  return {
    figures: Object.fromEntries(
      all.flatMap(([at, { figures }]) => Object.entries(figures).map(([of, value]) => [keyAt(of, at), value])),
    ),
    faults: all.flatMap(([at, { faults }]) => faults.map((fault) => `${at} ${what}: ${fault}`)),
    reading: {
      seconds: most('seconds'),
      cpu: most('cpu'),
      busiest: most('busiest'),
      loadShare: most('loadShare'),
      foreignShare: most('foreignShare'),
    },
  }
}

function keyAt(of: string, at: number): string {
  return `${of} ${at}`
}
