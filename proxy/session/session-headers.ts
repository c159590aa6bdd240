import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import { headerValues, listElements, paramValue, parseParam } from '../../shared/grip/list-header.ts'
import { fromWire, isWireText, toWire } from '../../shared/grip/wire-text.ts'
import type { DetectRule, LastIds } from '../../shared/link/session-calls.ts'

/** Characters of a session id, channel name or item id that is stored. */
const MAX_TEXT = 1024

/** Whether a text can be stored, and sent in a header later. */
export function isSessionText(text: string): boolean {
  return text !== '' && text.length <= MAX_TEXT && isWireText(toWire(text))
}

/** What a backend's response says of sessions (GRIP 3.10). What cannot be read, or is too long, is left out. */
export interface SessionHeaders {
  readonly sid: string | undefined
  readonly lastIds: LastIds
  readonly rules: readonly DetectRule[]
}

/** @param domain the host of the request that is answered: its rules are for no other. */
export function sessionHeaders(headers: HeaderList, domain: string): SessionHeaders {
  const sid = fromWire(headerValues(headers, 'grip-session-id')[0] ?? '').trim()
  return {
    sid: isSessionText(sid) ? sid : undefined,
    lastIds: listElements(headers, 'grip-last').flatMap(({ first, params }) => {
      const id = paramValue(params, 'last-id') ?? ''
      return isSessionText(first) && isSessionText(id) ? [[first, id] as const] : []
    }),
    rules: listElements(headers, 'grip-session-detect').flatMap(({ first, params }) => {
      // All of it are parameters.
      const all = [parseParam(first), ...params]
      const pathPrefix = paramValue(all, 'path-prefix')
      const sidPointer = paramValue(all, 'sid-ptr')
      const jsonParam = paramValue(all, 'json-param') || undefined
      if (pathPrefix === undefined || sidPointer === undefined) return []
      if ([pathPrefix, sidPointer, jsonParam].some((text) => (text?.length ?? 0) > MAX_TEXT)) return []
      return [{ domain, pathPrefix, sidPointer, jsonParam }]
    }),
  }
}
