import { dirname, join, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { Entries } from './entries.ts'
import { at, entryName, lastOfEach, readEntries, readIncluded, warnings, withoutOldNames } from './entries.ts'
import type { IniEntry } from './ini.ts'
import type { Key, Works } from './key.ts'
import type { Settings } from './keys.ts'
import { sections } from './keys.ts'
import type { Place } from './kinds.ts'
import type { Variables } from './substitute.ts'
import { substitute } from './substitute.ts'

export interface LoadOptions {
  /** Relative to the working directory. Without it everything has its default. */
  readonly file?: string | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly cwd?: string | undefined
  /** Counts when the file sets no libdir. */
  readonly libdir?: string | undefined
  /** Counts instead of the file's ipc_prefix. */
  readonly ipcPrefix?: string | undefined
  /** Counts instead of the file's port_offset. */
  readonly portOffset?: number | undefined
}

export interface LoadedSettings {
  readonly settings: Settings
  /** Absolute path of the config file. */
  readonly file: string | undefined
  /** For the user, one sentence each. */
  readonly warnings: readonly string[]
}

/** Where values come from and what they depend on. */
interface Source extends Omit<Place, 'fail'> {
  readonly entries: Entries
  readonly env: NodeJS.ProcessEnv
  readonly variables: Variables
}

/** Reads the config file and the one it includes (GRIP 10). Throws ConfigError. */
export function loadSettings(options: LoadOptions = {}): LoadedSettings {
  const cwd = resolve(options.cwd ?? '.')
  const file = options.file === undefined ? undefined : resolve(cwd, options.file)
  const configDir = file === undefined ? cwd : dirname(file)
  const place = { cwd, configDir, portOffset: 0, env: options.env ?? process.env, variables: {} }

  const below = fromOption('libdir', options.libdir)
  const above = [...fromOption('ipc_prefix', options.ipcPrefix), ...fromOption('port_offset', options.portOffset)]
  const main = file === undefined ? new Map<string, IniEntry>() : readEntries(file)
  const included = include({ ...place, entries: new Map([...below, ...main, ...above]) })

  // The main file wins key by key (GRIP 10.2).
  const written = new Map([...included, ...main])
  const said = warnings(written)
  const renamed = withoutOldNames(written, (sentence) => said.push(sentence))
  const settings = readSettings({ ...place, entries: new Map([...below, ...renamed, ...above]) })
  return { settings: file === undefined ? settings : withRoutesBeside(file, settings), file, warnings: said }
}

function fromOption(key: 'libdir' | 'ipc_prefix' | 'port_offset', value: string | number | undefined): Entries {
  if (value === undefined) return new Map()
  return lastOfEach([{ section: 'global', key, value: String(value), file: `--${key.replace('_', '-')}`, line: 0 }])
}

function include(source: Source): Entries {
  const entry = source.entries.get('[global] include')
  if (entry === undefined) return new Map()
  const { variables } = withVariables(source)
  return readIncluded(substitute(entry, variables, source.env), variables.libdir ?? '')
}

/** Each variable may use the ones before it. */
function withVariables(source: Source): Source {
  const { global } = sections
  const libdir = readValue('global', 'libdir', global.libdir, source)
  const one = { ...source, variables: { libdir } }
  const ipc_prefix = readValue('global', 'ipc_prefix', global.ipc_prefix, one)
  const two = { ...source, variables: { libdir, ipc_prefix } }
  const rundir = readValue('global', 'rundir', global.rundir, two)
  return { ...source, variables: { libdir, ipc_prefix, rundir } }
}

function readSettings(source: Source): Settings {
  const named = withVariables(source)
  const portOffset = readValue('global', 'port_offset', sections.global.port_offset, named)
  const readSection = ([section, table]: [string, Readonly<Record<string, Key>>]): [string, unknown] => {
    const values = Object.entries(table).flatMap(([name, key]) =>
      key.state === 'works' ? [[name, readValue(section, name, key, { ...named, portOffset })]] : [],
    )
    return [section, Object.fromEntries(values)]
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type is made from the same tables
  return Object.fromEntries(Object.entries(sections).map(readSection)) as Settings
}

function readValue<T>(section: string, name: string, key: Works<T>, source: Source): T {
  const written = source.entries.get(entryName(section, name))
  const value = written && substitute(written, source.variables, source.env).value
  const { configDir, cwd, portOffset } = source
  const fail = (problem: string) => {
    throw new ConfigError(`${written ? at(written) : `${name} in [${section}]`} ${problem}`)
  }
  return key.read(value, { configDir, cwd, portOffset, fail })
}

/** A config file has its routes beside it unless it says otherwise. */
function withRoutesBeside(file: string, settings: Settings): Settings {
  const { proxy } = settings
  if (proxy.routesfile !== undefined) return settings
  return { ...settings, proxy: { ...proxy, routesfile: join(dirname(file), 'routes') } }
}
