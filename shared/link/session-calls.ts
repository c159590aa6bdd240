/** Where requests to a host have the id of their session (GRIP 3.10). */
export interface DetectRule {
  /** Host of the requests, lower case, without port. */
  readonly domain: string
  /** What the path begins with. */
  readonly pathPrefix: string
  /** Points to the id in a JSON document (RFC 6901). */
  readonly sidPointer: string
  /** The form parameter that is the document; undefined when the whole body is. */
  readonly jsonParam?: string | undefined
}

/** The last item's id of each channel, named without a route's prefix. A list, since a channel may have any name, `__proto__` too. */
export type LastIds = readonly (readonly [channel: string, id: string])[]

/** What can be done with sessions. Workers ask the handler, which has them in its memory or asks a state service (GRIP 12.9). */
export type SessionCall =
  | { readonly method: 'rules'; readonly domain: string; readonly path: string }
  | { readonly method: 'set-rules'; readonly rules: readonly DetectRule[] }
  | { readonly method: 'last-ids'; readonly sid: string }
  /** The backend has named the session. */
  | { readonly method: 'update'; readonly sid: string; readonly lastIds: LastIds }
  /** Clients of the sessions were sent these items. */
  | { readonly method: 'update-many'; readonly sessions: readonly (readonly [sid: string, lastIds: LastIds])[] }

/** The answer to each call. */
export interface SessionAnswers {
  /** Those that fit, in the order in which they are to be tried. */
  readonly rules: readonly DetectRule[]
  readonly 'set-rules': null
  /** Empty for a session nobody has named. */
  readonly 'last-ids': LastIds
  readonly update: null
  readonly 'update-many': null
}
