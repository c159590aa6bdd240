export interface Axis {
  /** What is measured, with its unit. */
  readonly title: string
  /** Equal distances for equal ratios. */
  readonly log?: boolean
}

/** Where the values of an axis are, and which of them are written at it. */
export interface Scale {
  readonly ticks: readonly number[]
  /** 0 at the beginning of the axis, 1 at its end. */
  place(value: number): number
}

const WANTED_STEPS = 6
const MOST_TICKS = 8

/** For what is measured: round numbers around all values. */
export function scaleAround({ log = false }: Axis, values: readonly number[]): Scale {
  if (!log) return linear(values)
  const ticks = ratioTicks(Math.min(...values), Math.max(...values))
  return logarithmic(
    ticks,
    ticks.length > MOST_TICKS ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks,
  )
}

/** For what grows: on an axis of ratios its values themselves, which are few. */
export function scaleOf({ log = false }: Axis, values: readonly number[]): Scale {
  if (!log) return linear(values)
  const sorted = [...new Set(values)].toSorted((a, b) => a - b)
  return logarithmic(sorted, sorted)
}

/** From 0 to the first round number that is not below the values. */
function linear(values: readonly number[]): Scale {
  const most = Math.max(...values)
  const step = stepOf(most)
  const count = Math.max(1, Math.ceil(most / step))
  return {
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12))),
    place: (value) => value / (count * step),
  }
}

/** The least of 1, 2, 5, 10, 20 and so on that leads to the value in so few steps; below 1 in the same way. */
function stepOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / WANTED_STEPS))
  return power * ([1, 2, 5].find((step) => step * power * WANTED_STEPS >= most) ?? 10)
}

/** @param bounds the first and the last of them are the ends. */
function logarithmic(bounds: readonly number[], ticks: readonly number[]): Scale {
  const first = Math.log10(bounds[0] ?? 1)
  const last = Math.log10(bounds.at(-1) ?? 1)
  return { ticks, place: (value) => (last === first ? 0.5 : (Math.log10(value) - first) / (last - first)) }
}

/** 1, 2, 5, 10, 20 and so on, as few as enclose the values. */
function ratioTicks(least: number, most: number): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    for (const step of [1, 2, 5]) ticks.push(Number(`${step}e${power}`))
  }
  return ticks.slice(
    ticks.findLastIndex((tick) => tick <= least),
    ticks.findIndex((tick) => tick >= most) + 1,
  )
}
