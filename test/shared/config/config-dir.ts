import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { LoadedSettings, LoadOptions } from '../../../shared/config/settings.ts'
import { loadSettings } from '../../../shared/config/settings.ts'

/** Makes a directory with the given files, gone after the test. */
export function configDir(t: TestContext, files: Readonly<Record<string, string>>): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'config-')))
  t.after(() => rmSync(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return dir
}

/** Loads `pushpin.conf` with this text from a directory of its own, which is the working directory too. */
export function load(t: TestContext, text: string, options: LoadOptions = {}): LoadedSettings & { dir: string } {
  const dir = configDir(t, { 'pushpin.conf': text })
  return { ...loadSettings({ env: {}, libdir: dir, file: 'pushpin.conf', cwd: dir, ...options }), dir }
}
