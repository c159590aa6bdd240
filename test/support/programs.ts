import { spawnSync } from 'node:child_process'

/** For a test's `skip`: says which program it needs when that is not on this machine. */
export function needs(program: string): string | false {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined ? false : `needs ${program}`
}
