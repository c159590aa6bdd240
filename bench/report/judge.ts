import type { Target } from '../scenarios/scenario.ts'
import { number } from './text.ts'

export interface Verdict {
  /** Our figure against the rival's. */
  readonly ratio: string
  readonly wanted: string
  /** Undefined where nothing is asked for, or nothing was measured. */
  readonly met: boolean | undefined
}

/** Compares a figure of the gateway with what it must keep to. */
export function judge(target: Target, ours: number, rival: number | undefined): Verdict {
  if (!('rival' in target)) {
    return { ratio: '', wanted: `≤ ${number(target.limit)}`, met: decided(ours <= target.limit, ours) }
  }
  const other = rival ?? NaN
  const ratio = Number.isFinite(ours / other) ? `× ${number(ours / other)}` : '-'
  if ('over' in target) {
    return { ratio, wanted: `≤ + ${number(target.over)}`, met: decided(ours - other <= target.over, ours, other) }
  }
  if (target.most !== undefined) {
    return { ratio, wanted: `≤ ${number(target.most)} ×`, met: decided(ours <= target.most * other, ours, other) }
  }
  if (target.least !== undefined) {
    return { ratio, wanted: `≥ ${number(target.least)} ×`, met: decided(ours >= target.least * other, ours, other) }
  }
  return { ratio, wanted: '', met: undefined }
}

function decided(met: boolean, ...values: readonly number[]): boolean | undefined {
  return values.every(Number.isFinite) ? met : undefined
}
