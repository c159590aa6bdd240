import { ConfigError } from './config-error.ts'
import { at } from './entries.ts'
import type { IniEntry } from './ini.ts'

/** What `{libdir}`, `{ipc_prefix}` and `{rundir}` stand for; one that is not known yet stays as written. */
export interface Variables {
  readonly libdir?: string
  readonly ipc_prefix?: string
  readonly rundir?: string
}

/**
 * The entry with `{libdir}` and its like and `${NAME}` of the environment filled in, in one pass: what is filled in is not
 * looked at again, nor split at its commas (GRIP 10.1). `$${NAME}` gives the text `${NAME}`.
 * Throws ConfigError for a NAME that is not in the environment.
 */
export function substitute(entry: IniEntry, variables: Variables, env: NodeJS.ProcessEnv): IniEntry {
  const fill = (text: string) =>
    text.replace(
      /\$(?<literal>\$\{\w+\})|\$\{(?<name>\w+)\}|\{(?<variable>libdir|ipc_prefix|rundir)\}/g,
      (whole, literal?: string, name?: string, variable?: keyof Variables) => {
        if (literal !== undefined) return literal
        if (variable !== undefined) return variables[variable] ?? whole
        const value = env[name ?? '']
        if (value !== undefined) return value
        throw new ConfigError(`${at(entry)} needs the environment variable ${name}, which is not set`)
      },
    )
  return { ...entry, value: typeof entry.value === 'string' ? fill(entry.value) : entry.value.map(fill) }
}
