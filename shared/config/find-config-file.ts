import { statSync } from 'node:fs'
import { resolve } from 'node:path'

/** Where the runner looks, relative to the working directory (GRIP 10.1). */
export const searchedFiles: readonly string[] = [
  'config/pushpin.conf',
  'pushpin.conf',
  'examples/config/pushpin.conf',
  '/etc/pushpin/pushpin.conf',
]

/** The absolute path of the first searched file that is a regular file, or undefined. */
export function findConfigFile(cwd: string, searched = searchedFiles): string | undefined {
  return searched.map((file) => resolve(cwd, file)).find(isFile)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
