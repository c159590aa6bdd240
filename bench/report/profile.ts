import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../root.ts'

/** What is used here of the file that `node --cpu-prof` writes. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

const SHOWN = 25
const IDLE = '(idle)'

/** For each process that left a profile: the functions in which it spent most time themselves. */
export function profileLines(directory: string): string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))
  return files.flatMap((name) => linesOf(JSON.parse(readFileSync(join(directory, name), 'utf8')) as CpuProfile, name))
}

function linesOf(profile: CpuProfile, name: string): string[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  profile.samples.forEach((id, index) => {
    const label = names.get(id) ?? '?'
    times.set(label, (times.get(label) ?? 0) + (profile.timeDeltas[index] ?? 0))
  })
  const idle = times.get(IDLE) ?? 0
  times.delete(IDLE)
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  const shown = [...times].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN)
  return [
    `${name}: ${(total / 1e6).toFixed(1)} s at work, ${(idle / 1e6).toFixed(1)} s idle`,
    ...shown.map(([label, time]) => `  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${label}`),
    '',
  ]
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url
  return `${name}  ${file}:${lineNumber + 1}`
}
