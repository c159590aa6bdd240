import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { IniEntry } from './ini.ts'
import { parseIni } from './ini.ts'
import { findKey } from './keys.ts'

/** The entries that count, by `[section] key`. */
export type Entries = ReadonlyMap<string, IniEntry>

/** Holds only the names of Pushpin's private sockets, so nothing in it, nor its absence, deserves a word. */
const internalFile = 'internal.conf'

export function entryName(section: string, key: string): string {
  return `[${section}] ${key}`
}

/** The last entry of each name. */
export function lastOfEach(list: Iterable<IniEntry>): Entries {
  return new Map(Array.from(list, (entry) => [entryName(entry.section, entry.key), entry]))
}

/** Throws ConfigError when the file cannot be read. */
export function readEntries(file: string): Entries {
  return lastOfEach(parseIni(readText(file), file))
}

/** The entries of the file that `include` names, relative to the file it stands in (GRIP 10.2). */
export function readIncluded(include: IniEntry, libdir: string): Entries {
  if (typeof include.value !== 'string') throw new ConfigError(`${at(include)} takes one file`)
  if (include.value === '') return new Map()
  const dir = include.value === internalFile ? libdir : dirname(include.file)
  const file = resolve(dir, include.value)
  try {
    return readEntries(file)
  } catch (error) {
    if (!(error instanceof ConfigError && codeOf(error.cause) === 'ENOENT')) throw error
    if (basename(file) === internalFile) return new Map()
    throw new ConfigError(`${at(include)} names ${file}, which does not exist`, { cause: error })
  }
}

/**
 * Moves the values of old names to the new ones: [runner] rundir counts if [global] has none (GRIP 10.2), and
 * push_in_sub_spec is added to push_in_sub_specs (GRIP 10.5).
 */
export function withoutOldNames(entries: Entries, warn: (sentence: string) => void): Entries {
  const renamed: IniEntry[] = []
  const rundir = entries.get('[runner] rundir')
  if (rundir && !entries.has('[global] rundir')) {
    warn(`${rundir.file}:${rundir.line}: rundir in [runner] section is deprecated. put in [global]`)
    renamed.push({ ...rundir, section: 'global' })
  }
  const oldSpec = entries.get('[handler] push_in_sub_spec')
  if (oldSpec) {
    const value = [entries.get('[handler] push_in_sub_specs')?.value ?? [], oldSpec.value].flat()
    renamed.push({ ...oldSpec, key: 'push_in_sub_specs', value: value.filter((one) => one !== '') })
  }
  return new Map([...entries, ...lastOfEach(renamed)])
}

/** What the user should know about keys that do not do what they seem to. */
export function warnings(entries: Entries): string[] {
  return [...new Set(Array.from(entries.values(), warning))].filter((one) => one !== undefined)
}

function warning(entry: IniEntry): string | undefined {
  if (basename(entry.file) === internalFile) return undefined
  const key = findKey(entry.section, entry.key)
  const place = `${entry.file}:${entry.line}:`
  if (key === 'unknown section') return `${place} unknown section [${entry.section}], key '${entry.key}' ignored`
  if (key === 'unknown key') return `${place} unknown key '${entry.key}' in [${entry.section}], ignored`
  if (key.state !== 'no effect' || key.harmless === 'all') return undefined
  const value = [entry.value].flat().join(',').toLowerCase()
  return key.harmless.includes(value) ? undefined : `${at(entry)} has no effect: ${key.reason}`
}

/** The start of a sentence about an entry. */
export function at({ file, line, section, key }: IniEntry): string {
  return `${file}:${line}: ${key} in [${section}]`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`failed to open ${file} (${codeOf(error)})`, { cause: error })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
