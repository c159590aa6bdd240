import { createHash } from 'node:crypto'

/** The worker that owns each of the sessions. */
export function ownersOf(names: readonly string[], workers: number): Map<string, number> {
  return new Map(names.map((name) => [name, createHash('sha1').update(name).digest().readUInt32BE() % workers]))
}
