import type { Kept } from './history.ts'

/** Nanoseconds; undefined for a text that is none. */
export function readTimestamp(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : undefined
}

/** Timestamps have more digits than a JSON number can be written with by JSON.stringify. */
export function historyJson(channel: string, kept: readonly Kept[], timestamps: 'number' | 'string'): string {
  const name = JSON.stringify(channel)
  const quote = timestamps === 'string' ? '"' : ''
  const entries = kept.map(
    ({ text, stamp }) => `{"channel":${name},"msg":${JSON.stringify(text)},"ts":${quote}${stamp}${quote}}`,
  )
  return `[${entries.join(',')}]`
}
