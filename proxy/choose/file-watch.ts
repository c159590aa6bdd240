import { realpathSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/**
 * Tells when a file may have changed: written, replaced by a rename, appeared, removed, or a symbolic link to it turned.
 *
 * It watches directories, not the file: a watch on a file stays with the old content when an editor puts a new one in
 * its place, and cannot be set before the file is there.
 */
export class FileWatch {
  readonly #path: string
  readonly #onChange: () => void
  readonly #onProblem: (message: string) => void
  #realPath = ''
  #watchers: FSWatcher[] = []

  /** @param onProblem gets one sentence when changes will go unnoticed */
  constructor(path: string, onChange: () => void, onProblem: (message: string) => void) {
    this.#path = path
    this.#onChange = onChange
    this.#onProblem = onProblem
  }

  /** Starts watching, or watches anew where the path leads now. Call it before reading, or a change between is lost. */
  renew(): void {
    this.close()
    this.#realPath = realPathOf(this.#path)
    this.#watchDirectoryOf(this.#path)
    if (dirname(this.#realPath) !== dirname(this.#path)) this.#watchDirectoryOf(this.#realPath)
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }

  #watchDirectoryOf(path: string): void {
    const directory = dirname(path)
    const report = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error)
      this.#onProblem(`unable to watch ${directory} for changes: ${reason}`)
    }
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        // A link on the way to the file has another name; turning it is a rename.
        const isFile = name === null || name === basename(path)
        if (isFile || (event === 'rename' && realPathOf(this.#path) !== this.#realPath)) this.#onChange()
      })
      watcher.on('error', report)
      this.#watchers.push(watcher)
    } catch (error) {
      report(error)
    }
  }
}

/** Where the links on the path lead; the path itself while there is no such file. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
