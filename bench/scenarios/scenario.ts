import type { StartBackend } from '../drive/backend.ts'
import type { Reading } from '../measure/meter.ts'
import type { SystemName } from '../systems/system.ts'
import type { Trial } from '../trial.ts'

/** What the gateway's figure must keep to; one with no limit is only compared. */
export type Target =
  /** At most, or at least, so many times the rival's figure. */
  | { readonly rival: SystemName; readonly most?: number; readonly least?: number }
  /** At most so much more than the rival's figure. */
  | { readonly rival: SystemName; readonly over: number }
  | { readonly limit: number }

/** Something measured in each round. */
export interface Figure {
  readonly key: string
  readonly title: string
  readonly unit: string
  readonly targets: readonly Target[]
  /** A small number beside a large limit: rounds that differ are no sign of noise. */
  readonly small?: boolean
  /** For a plot: it is what the curve shows where that which grows is `at`. */
  readonly curve?: { readonly of: string; readonly at: number }
}

export interface Outcome {
  readonly figures: Readonly<Record<string, number>>
  /** What makes the run a failure. */
  readonly faults: readonly string[]
  readonly reading: Reading
}

/** A question put to several systems in the same way. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** The first is the gateway that the targets are for. */
  readonly systems: readonly SystemName[]
  readonly figures: readonly Figure[]
  /** Where fewer than usual are enough. */
  readonly rounds?: number
  /** Too long for a first look. */
  readonly slow?: boolean
  /** Too long to be run unless it is asked for by name. */
  readonly extra?: boolean
  /** Another backend than the one that answers over HTTP. */
  readonly backend?: StartBackend
  run(trial: Trial): Promise<Outcome>
}
