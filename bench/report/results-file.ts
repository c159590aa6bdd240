import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spread } from '../measure/rounds.ts'
import type { Machine } from '../measure/machine.ts'
import type { Options } from '../options.ts'
import { root } from '../root.ts'
import { medianOf, valuesOf } from '../run-scenario.ts'
import type { Result } from '../run-scenario.ts'
import { judge } from './judge.ts'

/** Writes everything that was measured to bench/results. @returns the file. */
export function writeResults(
  machine: Machine,
  options: Options,
  missing: readonly string[],
  results: readonly Result[],
): string {
  const directory = join(root, 'bench/results')
  mkdirSync(directory, { recursive: true })
  const file = join(directory, `${machine.date.replaceAll(/[:.]/g, '-')}-${machine.commit.slice(0, 8)}.json`)
  writeFileSync(file, `${JSON.stringify({ machine, options, missing, scenarios: results.map(describe) }, null, 2)}\n`)
  return file
}

function describe(result: Result): object {
  const { name, title, systems, figures } = result.scenario
  const ours = systems[0] ?? 'gateway'
  return {
    name,
    title,
    figures: figures.map((figure) => ({
      key: figure.key,
      title: figure.title,
      unit: figure.unit,
      curve: figure.curve,
      medians: Object.fromEntries(systems.map((system) => [system, medianOf(result, system, figure.key)])),
      spreads: Object.fromEntries(systems.map((system) => [system, spread(valuesOf(result, system, figure.key))])),
      targets: figure.targets.map((target) => {
        const rival = 'rival' in target ? medianOf(result, target.rival, figure.key) : undefined
        return { ...target, met: judge(target, medianOf(result, ours, figure.key), rival).met }
      }),
    })),
    rounds: result.rounds,
  }
}
