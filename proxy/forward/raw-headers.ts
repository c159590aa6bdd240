/** Header names and values in turn, as node:http gives them and undici takes them. */
export type RawHeaders = string[]

/** The same as name and value together, in the same order. */
export function pairs(raw: readonly string[]): [name: string, value: string][] {
  const list: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i] as string, raw[i + 1] as string])
  return list
}
