import type { DetectRule } from '../../shared/link/session-calls.ts'
import { resolvePointer } from './json-pointer.ts'
import { isSessionText } from './session-headers.ts'

/** The session id that the first fitting rule finds in a request's body (GRIP 3.10); a body of any other kind has none. */
export function sessionIdIn(body: Buffer, rules: readonly DetectRule[]): string | undefined {
  const text = body.toString()
  for (const { sidPointer, jsonParam } of rules) {
    const json = jsonParam === undefined ? text : new URLSearchParams(text).get(jsonParam)
    const sid = json === null ? undefined : resolvePointer(parse(json), sidPointer)
    // The client has written it, and it will be a header.
    if (typeof sid === 'string' && isSessionText(sid)) return sid
  }
  return undefined
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}
