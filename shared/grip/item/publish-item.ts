/**
 * What a publisher sends: one message for one channel, in the formats its subscribers may want (GRIP 4.1).
 * A parsed item is complete and checked; nothing after the parser looks at wire values again.
 */
export interface PublishItem {
  readonly channel: string
  readonly id: string | undefined
  readonly prevId: string | undefined
  /** Deliver at once, without looking at ids (GRIP 6.2). */
  readonly noSeq: boolean
  /** Overrides the content's size in block statistics, in bytes. */
  readonly size: number | undefined
  readonly meta: Readonly<Record<string, string>> | undefined
  /** What the clients of the door that it came through get, exactly as it came: the formats are for everybody else. */
  readonly verbatim?: { readonly door: string; readonly text: string } | undefined
  readonly httpResponse: HttpResponseFormat | undefined
  readonly httpStream: HttpStreamFormat | undefined
  readonly wsMessage: WsMessageFormat | undefined
}

/**
 * `Name, value` pairs in the order they are written; names keep their case and may repeat. Values hold one character
 * per byte (Latin-1), as node:http reads and writes them; those from publishers are checked and ready to be sent.
 */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>

/** GRIP 4.2. `body` and `bodyPatch` exclude each other; `reason` empty means the standard phrase was not known. */
export type HttpResponseFormat =
  | {
      readonly action: 'send'
      readonly code: number
      readonly reason: string
      readonly headers: HeaderList
      readonly body: Buffer | undefined
      /** RFC 6902 operations for the held response's body, unchecked. */
      readonly bodyPatch: readonly unknown[] | undefined
      readonly contentFilters: readonly string[] | undefined
    }
  | { readonly action: 'hint' | 'close' | 'refresh' }

/** GRIP 4.4 */
export type HttpStreamFormat =
  | { readonly action: 'send'; readonly content: Buffer; readonly contentFilters: readonly string[] | undefined }
  | { readonly action: 'hint' | 'close' | 'refresh' }

/** GRIP 4.5 */
export type WsMessageFormat =
  | {
      readonly action: 'send'
      readonly type: 'text' | 'binary' | 'ping' | 'pong'
      readonly content: Buffer
      readonly contentFilters: readonly string[] | undefined
    }
  | { readonly action: 'close'; readonly code: number | undefined; readonly reason: string }
  | { readonly action: 'hint' | 'refresh' }
