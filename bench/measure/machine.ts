import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, release, totalmem } from 'node:os'
import { root } from '../root.ts'

/** Where and on what a result was measured. */
export interface Machine {
  readonly date: string
  readonly commit: string
  /** Whether the working tree differs from the commit. */
  readonly changed: boolean
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly kernel: string
}

export function describeMachine(): Machine {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    // Without the lock, looking does not disturb who works in the same tree.
    changed: git('--no-optional-locks', 'status', '--porcelain', '--untracked-files=no') !== '',
    node: process.version,
    cpu: /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1] ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  }
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
