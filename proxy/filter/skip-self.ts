import type { FilterContext, Verdict } from './filter.ts'

/** Who sent an item does not get it back (GRIP 4.7). */
export function skipSelf({ subMeta, pubMeta }: FilterContext, content: Buffer): Verdict {
  const user = subMeta['user'] ?? ''
  return user !== '' && user === pubMeta['sender'] ? 'drop' : content
}
