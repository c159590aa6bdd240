/** Lets a loop over the work of many go on behind one that failed; the error comes out where uncaught ones are logged. */
export function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
