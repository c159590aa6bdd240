import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when the condition holds; rejects when it does not within 10 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`)
    await sleep(2)
  }
}
