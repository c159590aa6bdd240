/** A comma list of patterns, as written: `*` stands for any text, `?` for one character, a `!` in front negates. Case counts. */
export type PatternList = string

/** Longer patterns match nothing; it also bounds the work that a subscriber can make. */
const MAX_PATTERN = 1022

/** Whether a pattern matches and no negated one does. */
export function matchesList(text: string, list: PatternList): boolean {
  let matched = false
  for (const entry of list.split(',')) {
    const negated = entry.startsWith('!')
    const pattern = negated ? entry.slice(1) : entry
    if (pattern.length > MAX_PATTERN) return false
    if (!matches(text, pattern)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** Goes back to the last `*` only, which is enough, so that no pattern takes more than length times length. */
function matches(text: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let starEnd = 0
  let next = 0
  while (at < text.length) {
    const char = pattern[next]
    if (char === '*') {
      star = next++
      starEnd = at
    } else if (char === '?' || char === text[at]) {
      next++
      at++
    } else if (star >= 0) {
      next = star + 1
      at = ++starEnd
    } else {
      return false
    }
  }
  while (pattern[next] === '*') next++
  return next === pattern.length
}
