/** What a backend has stored for a connection: by lower-case name, the name as it was written and the value (GRIP 7.4). */
export type Meta = Map<string, readonly [name: string, value: string]>

/** Values that a backend may have stored for a connection. */
const MAX_META = 100

/** An empty value removes; what is stored can change even when there is no room for more. */
export function storeMeta(meta: Meta, changes: Iterable<readonly [name: string, value: string]>): void {
  for (const [name, value] of changes) {
    const key = name.toLowerCase()
    if (value === '') meta.delete(key)
    else if (meta.size < MAX_META || meta.has(key)) meta.set(key, [name, value])
  }
}
