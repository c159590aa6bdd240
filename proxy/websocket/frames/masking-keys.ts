import { randomFillSync } from 'node:crypto'

/** Keys drawn in one go: asking the system for each would cost more than the masking. */
const keys = new Int32Array(1024)
let next = keys.length

/** A key that nobody can foresee (RFC 6455 5.3), for one frame. */
export function nextKey(): number {
  if (next === keys.length) {
    randomFillSync(keys)
    next = 0
  }
  return keys[next++]!
}
