import { type FieldValues, type ProblemClass, asText } from './fields.ts'

/** Filter metadata: an object of texts, without a prototype; throws `Problem` (GRIP 3.4, 4.1). */
export function metaTexts(values: FieldValues, Problem: ProblemClass): Readonly<Record<string, string>> {
  const meta: Record<string, string> = Object.create(null)
  for (const [key, value] of Object.entries(values)) {
    const text = asText(value)
    if (text === undefined) throw new Problem(`'meta' contains '${key}' with wrong type`)
    meta[key] = text
  }
  return meta
}
