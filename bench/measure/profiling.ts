import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { treeOf } from './processes.ts'

const preloaded = join(import.meta.dirname, '../systems/profile-on-signal.js')

/** The environment of a gateway whose processes can be profiled. @param directory where the profiles go. */
export function profilingEnvironment(directory: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=${pathToFileURL(preloaded).href}`, BENCH_PROFILES: directory }
}

/** Begins a profile of each process. */
export function beginProfiles(root: number): void {
  for (const pid of treeOf(root)) process.kill(pid, 'SIGWINCH')
}

/** Ends the profiles and lets them be written. Of the two signals the kernel delivers this one first when both wait. */
export function endProfiles(root: number): void {
  for (const pid of treeOf(root)) process.kill(pid, 'SIGUSR2')
}
