import { setTimeout as delay } from 'node:timers/promises'

// Milliseconds. Generous: a limit is there to end a test that will never pass, not to measure anything.
export const LIMIT = 10_000
const INTERVAL = 5

/** Waits until the condition is true; says what was waited for when it never is. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limit = LIMIT,
): Promise<void> {
  const end = performance.now() + limit
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`not within ${limit} ms: ${typeof what === 'string' ? what : what()}`)
    }
    await delay(INTERVAL)
  }
}

/** The promise's result, or an error that says what did not come in time. */
export async function within<T>(promise: Promise<T>, what: string, limit = LIMIT): Promise<T> {
  const abort = new AbortController()
  const timeout = delay(limit, undefined, { signal: abort.signal }).then(
    () => Promise.reject(new Error(`not within ${limit} ms: ${what}`)),
    () => undefined as never,
  )
  try {
    return await Promise.race([promise, timeout])
  } finally {
    abort.abort()
  }
}
