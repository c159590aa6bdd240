import jsonPatch from 'fast-json-patch'
import type { Operation } from 'fast-json-patch'

/**
 * Applies RFC 6902 operations to a held response's body, which must be a JSON object or array; a final line break stays
 * (GRIP 4.3). @returns undefined when the body is not JSON or the operations do not fit it.
 */
export function patchBody(body: Buffer, operations: readonly unknown[]): Buffer | undefined {
  try {
    const text = body.toString()
    const lineBreak = /\r?\n$/.exec(text)?.[0] ?? ''
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null) return undefined
    const patched = jsonPatch.applyPatch(document, operations as Operation[], true, false).newDocument
    return Buffer.from(JSON.stringify(patched) + lineBreak)
  } catch {
    return undefined
  }
}
