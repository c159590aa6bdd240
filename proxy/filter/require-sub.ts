import type { FilterContext, Verdict } from './filter.ts'

/** An item may be for those only that also have another channel (GRIP 4.7). */
export function requireSub({ pubMeta, prevIds }: FilterContext, content: Buffer): Verdict {
  const channel = pubMeta['require_sub'] ?? ''
  return channel === '' || prevIds.has(channel) ? content : 'drop'
}
