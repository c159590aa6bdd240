import { httpBackend } from './drive/backend.ts'
import type { Reading } from './measure/meter.ts'
import { median } from './measure/rounds.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { System, SystemName } from './systems/system.ts'
import { Trial } from './trial.ts'

export interface Round {
  readonly round: number
  readonly system: SystemName
  readonly figures: Readonly<Record<string, number>>
  /** Empty for a clean run. */
  readonly faults: readonly string[]
  readonly reading: Reading | undefined
}

export interface Result {
  readonly scenario: Scenario
  readonly rounds: readonly Round[]
}

export interface RunOptions {
  readonly rounds: number
  readonly quick: boolean
  readonly logLevel: number
  readonly profiles: string | undefined
}

/** All rounds of a scenario, the systems one after the other in each; every second round goes backwards. */
export async function runScenario(
  scenario: Scenario,
  systems: Readonly<Record<SystemName, System>>,
  present: readonly SystemName[],
  options: RunOptions,
): Promise<Result> {
  const names = scenario.systems.filter((name) => present.includes(name))
  const count = Math.min(options.rounds, scenario.rounds ?? Infinity)
  const rounds: Round[] = []
  for (let round = 1; round <= count; round++) {
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      rounds.push(await oneRound(scenario, name, systems[name], round, options))
    }
  }
  return { scenario, rounds }
}

async function oneRound(
  scenario: Scenario,
  name: SystemName,
  system: System,
  round: number,
  options: RunOptions,
): Promise<Round> {
  let trial: Trial | undefined
  try {
    trial = await Trial.start(name, system, { ...options, startBackend: scenario.backend ?? httpBackend(0) })
    const { figures, faults, reading } = await scenario.run(trial)
    return { round, system: name, figures, faults, reading }
  } catch (error) {
    return { round, system: name, figures: {}, faults: [(error as Error).message], reading: undefined }
  } finally {
    await trial?.stop()
  }
}

/** What a system's rounds gave for a figure. */
export function valuesOf(result: Result, system: SystemName, key: string): number[] {
  return result.rounds
    .filter((round) => round.system === system)
    .map(({ figures }) => figures[key] ?? NaN)
    .filter(Number.isFinite)
}

export function medianOf(result: Result, system: SystemName, key: string): number {
  return median(valuesOf(result, system, key))
}
