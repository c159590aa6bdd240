import { parseCondition } from './condition.ts'
import { RouteLineError, splitRouteLine } from './route-line.ts'
import type { Route } from './route.ts'
import { parseTarget } from './target.ts'

/** Where a route line comes from. */
export interface LineContext {
  /** As messages name it; `<route>` for a line of the command line. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** What a `file:` key path is relative to. */
  readonly baseDirectory: string
}

/** A route, and complete messages about the parts of its line that are not in effect. */
export interface ParsedRoute {
  readonly route: Route
  readonly warnings: readonly string[]
}

/**
 * Reads one route line (GRIP 1.2 to 1.5), and the key and certificate files it names.
 *
 * @returns undefined for a blank or comment-only line
 * @throws {RouteLineError} when the line cannot be used
 */
export function parseRoute(text: string, { file, line, baseDirectory }: LineContext): ParsedRoute | undefined {
  const [condition, ...targets] = splitRouteLine(text)
  if (!condition) return undefined
  if (targets.length === 0) throw new RouteLineError('must specify condition and at least one target')
  const where = `${file}:${line}`
  const warnings: string[] = []
  const warn = (message: string): void => {
    warnings.push(`${where}: ${message}`)
  }
  const route = {
    where,
    ...parseCondition(condition, baseDirectory, warn),
    targets: targets.map((target) => parseTarget(target, warn)),
  }
  return { route, warnings }
}
