import type { IniValue } from './ini.ts'
import type { Kind, Place } from './kinds.ts'

/** A key that does something. */
export interface Works<T> {
  readonly state: 'works'
  /** Undefined stands for a key that is not in the file. */
  readonly read: (value: IniValue | undefined, place: Place) => T
}

/** A key that existing files may have and that changes nothing here. */
export interface NoEffect {
  readonly state: 'no effect'
  /** Half a sentence for the user. */
  readonly reason: string
  /** The values, in lower case, that ask for nothing but what happens anyway; a warning follows all others. */
  readonly harmless: readonly string[] | 'all'
}

/** The old name of a key: its value is used under the new name, which is the only one in the settings. */
export interface OldName {
  readonly state: 'old name'
}

export type Key = Works<unknown> | NoEffect | OldName

/** A key whose default is in the words of the file, so that it is read in its place like a written value. */
export function works<T>(kind: Kind<T>, defaultText: string): Works<T> {
  return { state: 'works', read: (value = defaultText, place) => kind.read(value, place) }
}

/** A key for which no value is not the same as any value. */
export function optional<T>(kind: Kind<T>): Works<T | undefined> {
  return { state: 'works', read: (value, place) => (value === undefined ? undefined : kind.read(value, place)) }
}

export function noEffect(reason: string, ...harmless: readonly string[]): NoEffect {
  return { state: 'no effect', reason, harmless: ['', ...harmless] }
}

export function silent(reason: string): NoEffect {
  return { state: 'no effect', reason, harmless: 'all' }
}

export const oldName: OldName = { state: 'old name' }
