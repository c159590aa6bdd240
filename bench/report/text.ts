/** Three digits that count, and separators between thousands. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Cells as one line: to the right of columns with a positive width, to the left of those with a negative one. */
export function padded(cells: readonly string[], widths: readonly number[]): string {
  const columns = cells.map((cell, index) => {
    const width = widths[index] ?? 0
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width)
  })
  return columns.join('  ').trimEnd()
}
