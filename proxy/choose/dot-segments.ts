/** Whether a path may hold `.` or `..` segments, plain or as `%2e`. False is certain and costs no copy. */
export function mayHaveDotSegments(path: string): boolean {
  return path.includes('/.') || path.includes('/%2e') || path.includes('/%2E')
}

/** The encoded path with its `.` and `..` segments resolved (RFC 3986 5.2.4); everything else stays, `//` as well. */
export function resolveDotSegments(path: string): string {
  const segments = path.split('/')
  const kept: string[] = []
  segments.forEach((segment, index) => {
    const plain = segment.replaceAll(/%2e/gi, '.')
    if (plain !== '.' && plain !== '..') {
      kept.push(segment)
      return
    }
    // The first element is what stands before the leading slash: `..` at the root stays at the root.
    if (plain === '..' && kept.length > 1) kept.pop()
    if (index === segments.length - 1) kept.push('')
  })
  return kept.join('/')
}
