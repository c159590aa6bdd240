import { spread } from '../measure/rounds.ts'
import { medianOf, valuesOf } from '../run-scenario.ts'
import type { Result } from '../run-scenario.ts'
import type { Figure, Target } from '../scenarios/scenario.ts'
import type { System, SystemName } from '../systems/system.ts'
import { judge } from './judge.ts'
import { number, padded, percent } from './text.ts'

type Systems = Readonly<Record<SystemName, System>>

const NOISY_SPREAD = 0.25
const FOREIGN_LIMIT = 0.05
const WIDTHS = [-44, 10, -13, 10, 8, -10, -6]

/** The result of a scenario as lines of text. */
export function tableOf(result: Result, systems: Systems): string[] {
  const { scenario } = result
  const ours = scenario.systems[0] ?? 'gateway'
  const head = ['', systems[ours].title === 'gateway' ? 'gateway' : 'ours', 'rival', '', 'ratio', 'target', '']
  return [
    `${scenario.name}: ${scenario.title}`,
    padded(head, WIDTHS),
    ...scenario.figures.flatMap((figure) => rowsOf(figure, result, ours, systems)),
    ...loadLines(result, systems),
    ...noiseLines(result, systems),
    ...faultLines(result, systems),
    '',
  ]
}

function rowsOf(figure: Figure, result: Result, ours: SystemName, systems: Systems): string[] {
  const value = medianOf(result, ours, figure.key)
  const targets = figure.targets.filter((target) => !('rival' in target) || hasRun(result, target.rival))
  const first = [`  ${figure.title}, ${figure.unit}`, number(value)]
  if (targets.length === 0) return [padded(first, WIDTHS)]
  return targets.map((target, index) => {
    const start = index === 0 ? first : ['', '']
    return padded([...start, ...rivalCells(target, value, figure, result, systems)], WIDTHS)
  })
}

function rivalCells(target: Target, value: number, figure: Figure, result: Result, systems: Systems): string[] {
  const rival = 'rival' in target ? medianOf(result, target.rival, figure.key) : undefined
  const { ratio, wanted, met } = judge(target, value, rival)
  const name = 'rival' in target ? systems[target.rival].title : ''
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED'
  return [name, rival === undefined ? '' : number(rival), ratio, wanted, verdict]
}

function hasRun(result: Result, system: SystemName): boolean {
  return result.rounds.some((round) => round.system === system)
}

function loadLines(result: Result, systems: Systems): string[] {
  const shares = systemsOf(result).map((name) => {
    const readings = result.rounds.filter(({ system }) => system === name).flatMap(({ reading }) => reading ?? [])
    return `${systems[name].title} ${percent(Math.max(0, ...readings.map(({ loadShare }) => loadShare)))}`
  })
  return [`  clients, publishers and backend took of the machine: ${shares.join(', ')}`]
}

function noiseLines(result: Result, systems: Systems): string[] {
  // Of less than a second the clock ticks of /proc say nothing.
  const readings = result.rounds.flatMap(({ reading }) =>
    reading !== undefined && reading.seconds > 1 ? [reading] : [],
  )
  const foreign = Math.max(0, ...readings.map(({ foreignShare }) => foreignShare))
  const lines = foreign > FOREIGN_LIMIT ? [`  NOISY: other programs took up to ${percent(foreign)} of the machine`] : []
  for (const name of systemsOf(result)) {
    const noisy = result.scenario.figures.flatMap(({ key, title, small = false }) => {
      const apart = spread(valuesOf(result, name, key))
      return !small && apart > NOISY_SPREAD ? [`${title} ${percent(apart)}`] : []
    })
    if (noisy.length > 0) lines.push(`  NOISY: rounds of ${systems[name].title} differ: ${noisy.join(', ')}`)
  }
  return lines
}

function faultLines(result: Result, systems: Systems): string[] {
  return result.rounds.flatMap(({ round, system, faults }) =>
    faults.map((fault) => `  FAILED: ${systems[system].title}, round ${round}: ${fault}`),
  )
}

function systemsOf(result: Result): SystemName[] {
  return [...new Set(result.rounds.map(({ system }) => system))].toSorted(
    (a, b) => result.scenario.systems.indexOf(a) - result.scenario.systems.indexOf(b),
  )
}
