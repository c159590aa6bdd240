import { buildId } from './build-id.ts'
import { type FilterContext, FilterError, type FilterResult, type MessageFilter, type Verdict } from './filter.ts'
import { httpCheck } from './http-check.ts'
import { httpModify } from './http-modify.ts'
import { requireSub } from './require-sub.ts'
import { skipSelf } from './skip-self.ts'
import { skipUsers } from './skip-users.ts'
import { varSubst } from './var-subst.ts'

const messageFilters: ReadonlyMap<string, MessageFilter> = new Map<string, MessageFilter>([
  ['skip-self', skipSelf],
  ['skip-users', skipUsers],
  ['require-sub', requireSub],
  ['build-id', buildId],
  ['var-subst', varSubst],
  ['http-check', httpCheck],
  ['http-modify', httpModify],
])

/** Those of the names that a filter has, in order; the others count for nothing (GRIP 3.9). */
export function knownFilters(names: readonly string[]): string[] {
  return names.filter((name) => messageFilters.has(name))
}

/**
 * What becomes of an item for a connection whose subscription has these filters (GRIP 4.7). Waits only for an HTTP filter. What goes wrong
 * is a result: nothing is thrown but faults of the gateway.
 */
export function applyFilters(
  filters: readonly string[],
  context: FilterContext,
  content: Buffer,
): FilterResult | Promise<FilterResult> {
  let current = content
  for (const [at, name] of filters.entries()) {
    try {
      const verdict = messageFilters.get(name)?.(context, current) ?? current
      if (verdict instanceof Promise) return goOn(name, verdict, filters.slice(at + 1), context)
      if (verdict === 'drop') return dropped
      current = verdict
    } catch (error) {
      return failed(name, error)
    }
  }
  return { action: 'send', content: current }
}

async function goOn(
  name: string,
  waiting: Promise<Verdict>,
  rest: readonly string[],
  context: FilterContext,
): Promise<FilterResult> {
  let verdict: Verdict
  try {
    verdict = await waiting
  } catch (error) {
    return failed(name, error)
  }
  return verdict === 'drop' ? dropped : applyFilters(rest, context, verdict)
}

const dropped: FilterResult = { action: 'drop' }

function failed(name: string, error: unknown): FilterResult {
  if (error instanceof FilterError) return { action: 'error', message: `${name}: ${error.message}` }
  throw error
}
