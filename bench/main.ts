import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildLoadProgram } from './drive/load-program.ts'
import { describeMachine } from './measure/machine.ts'
import { readOptions } from './options.ts'
import type { Options } from './options.ts'
import { writePlots } from './report/growth-plots.ts'
import { profileLines } from './report/profile.ts'
import { writeResults } from './report/results-file.ts'
import { tableOf } from './report/table.ts'
import { root } from './root.ts'
import { runScenario } from './run-scenario.ts'
import type { Result } from './run-scenario.ts'
import { scenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { allSystems } from './systems/all.ts'
import type { SystemName } from './systems/system.ts'

// The 'exit' event is where everything that was started is stopped.
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}

/** @returns the exit code: 1 when the gateway lost, repeated or mixed up a message, or did not work at all. */
async function main(options: Options): Promise<number> {
  const chosen = scenarios.filter((scenario) => isChosen(scenario, options))
  if (options.list) {
    for (const { name, title, extra = false } of scenarios) {
      console.log(`${name.padEnd(22)} ${title}${extra ? ' (only when named)' : ''}`)
    }
    return 0
  }
  if (options.plot !== undefined) {
    for (const file of writePlots(options.plot, options.out)) console.log(`written: ${file}`)
    return 0
  }
  if (chosen.length === 0)
    throw new Error(`no such scenario; there are ${scenarios.map(({ name }) => name).join(', ')}`)
  buildLoadProgram()

  const systems = allSystems(options.gateway)
  const wanted = (Object.keys(systems) as SystemName[]).filter((name) => isWanted(name, options.systems))
  const missing = wanted.flatMap((name) => systems[name].missing() ?? [])
  const present = wanted.filter((name) => systems[name].missing() === undefined)
  const machine = describeMachine()
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}, ` +
      `commit ${machine.commit.slice(0, 8)}${machine.changed ? ' and changes' : ''}`,
  )
  if (missing.length > 0) console.log(`not installed, so not compared: ${missing.join('; ')}`)
  console.log()

  const profilesFolder = options.profile
    ? join(root, 'bench/results', `profile-${machine.date.replaceAll(/[:.]/g, '-')}`)
    : ''
  const results: Result[] = []
  for (const scenario of chosen) {
    const directory = join(profilesFolder, scenario.name)
    if (options.profile) mkdirSync(directory, { recursive: true })
    const profiles = options.profile ? directory : undefined
    const result = await runScenario(scenario, systems, present, { ...options, profiles })
    results.push(result)
    for (const line of tableOf(result, systems)) console.log(line)
    if (options.profile) for (const line of profileLines(directory)) console.log(line)
  }
  console.log(`written: ${writeResults(machine, options, missing, results)}`)
  return results.some(hasFailed) ? 1 : 0
}

function isChosen({ name, slow = false, extra = false }: Scenario, { only, quick }: Options): boolean {
  return only.length === 0 ? !extra && !(quick && slow) : only.some((start) => name.startsWith(start))
}

function isWanted(name: SystemName, systems: readonly string[]): boolean {
  return systems.length === 0 || systems.includes(name)
}

/** Faults of rivals are theirs. */
function hasFailed({ rounds }: Result): boolean {
  return rounds.some(({ system, faults }) => system.startsWith('gateway') && faults.length > 0)
}
