import { readFileSync } from 'node:fs'
import { childrenOf } from '../../test/support/process-tree.ts'

// USER_HZ: the unit of the times in /proc/PID/stat on every architecture that Node runs on.
const TICKS_PER_SECOND = 100

/** The process, its children, their children and so on. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)]
}

/** Seconds of CPU that the process has taken in user mode and in the kernel; 0 for one that has ended. */
export function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may have spaces; utime and stime are the 12th and 13th fields behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}

/** Memory in bytes: `rss` counts shared pages in every process, `pss` splits them among those that share them. */
export interface Memory {
  readonly rss: number
  readonly pss: number
}

export function memoryOf(pids: readonly number[]): Memory {
  let rss = 0
  let pss = 0
  for (const pid of pids) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
      rss += kilobytes(rollup, 'Rss') * 1024
      pss += kilobytes(rollup, 'Pss') * 1024
    } catch {
      // It has ended.
    }
  }
  return { rss, pss }
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
}
