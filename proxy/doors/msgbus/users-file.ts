import { readFileSync } from 'node:fs'
import type { PatternList } from '../pattern-list.ts'

interface User {
  /** Password, or `sha256:` and its digest in hexadecimal. */
  readonly secret: string
  /** Undefined: every channel. */
  readonly read: PatternList | undefined
  readonly write: PatternList | undefined
}

export type Users = ReadonlyMap<string, User>

const LINE = /^(?<name>[^:\s]+):(?<secret>\S+)(?<rights>(?:\s+(?:read|write)=\S+)*)$/

/**
 * Reads lines of `NAME:SECRET [read=PATTERNS] [write=PATTERNS]`; `#` begins a comment line.
 * @throws Error with one sentence that names file and line; never the line's text, which holds a secret.
 */
export function readUsers(path: string): Users {
  const users = new Map<string, User>()
  for (const [index, raw] of readFileSync(path, 'utf8').split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const { name = '', secret = '', rights = '' } = LINE.exec(line)?.groups ?? {}
    if (name === '') throw new Error(`${path}:${index + 1}: must be NAME:SECRET, with read=PATTERNS and write=PATTERNS`)
    if (users.has(name)) throw new Error(`${path}:${index + 1}: the user ${name} is there already`)
    users.set(name, { secret, read: rightOf(rights, 'read'), write: rightOf(rights, 'write') })
  }
  return users
}

function rightOf(rights: string, name: 'read' | 'write'): PatternList | undefined {
  const patterns = new RegExp(`\\s${name}=(\\S+)`).exec(rights)?.[1]
  return patterns === '*' ? undefined : patterns
}
