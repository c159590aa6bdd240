/** A value as JSON text; undefined for one that is nested too deep to be written, although such a text can be read. */
export function writtenJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
