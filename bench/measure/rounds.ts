/** The middle one of the values, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** How far apart the values are, as a share of the median; 0 where that says nothing. */
export function spread(values: readonly number[]): number {
  const middle = median(values)
  return values.length < 2 || middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle
}
